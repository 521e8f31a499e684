"""The coordinators who may not take a shift, with every reason."""

from collections import defaultdict

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coverage.views.blueprint import pages
from marketplace.coverage.views.staffed_shift import staffed_shift
from marketplace.eligibility.candidates import ranked
from marketplace.eligibility.rule_texts import rule_titles
from marketplace.kernel import now
from marketplace.matching.ranking import RefusedCandidate
from marketplace.web import Page, page_number

REFUSED_ON_A_PAGE = 20


@pages.get("/shifts/<int:shift_id>/why-not", may=Permission.OFFER_SEND)
def everyone_else(shift_id: int) -> ResponseReturnValue:
    """All who may not take the shift, each with every reason, the nearest first."""
    found, for_facility = staffed_shift(shift_id), current_person().facility_id is not None
    refused = ranked(found, now(), for_facility=for_facility).ineligible
    number = min(page_number(), max(1, -(-len(refused) // REFUSED_ON_A_PAGE)))
    start = (number - 1) * REFUSED_ON_A_PAGE
    page: Page[RefusedCandidate] = Page(
        list(refused[start : start + REFUSED_ON_A_PAGE]), number, len(refused), REFUSED_ON_A_PAGE
    )
    return render_template(
        "coverage/everyone_else.html",
        shift=found,
        page=page,
        titles=defaultdict(str, rule_titles()),
        for_agency=not for_facility,
    )
