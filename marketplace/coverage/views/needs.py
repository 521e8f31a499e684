"""One need with its shifts and seats."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import newest_of
from marketplace.coordinators.texts import education_words
from marketplace.coverage.queries import Seats, seats_of, shifts_of, word_of
from marketplace.coverage.staffing import staffing_of
from marketplace.coverage.views.blueprint import pages
from marketplace.coverage.views.need_words import need_in_words
from marketplace.facilities.readiness import why_not
from marketplace.kernel import now
from marketplace.needs.models import Need
from marketplace.needs.policy import CHANGEABLE, may_change
from marketplace.needs.queries import visible_to, with_details
from marketplace.needs.rules import LIFE
from marketplace.needs.texts import leaves_out_holidays, named
from marketplace.needs.views.posting import catalogue
from marketplace.web import get_or_404, language_name, page_of

TRAIL = 20


@pages.get("/needs/<int:need_id>", may=Permission.NEED_SEE)
def show(need_id: int) -> ResponseReturnValue:
    """One need: what it asks for, its shifts with their seats, and what happened to it."""
    person, at = current_person(), now()
    need = get_or_404(with_details(visible_to(person)), need_id)
    seats = seats_of([need]).get(need.id, Seats())
    shifts = page_of(shifts_of(need, at))
    acts = LIFE.acts(need.state) if may_change(person, need) else ()
    return render_template(
        "coverage/need.html",
        need=need,
        seats=seats,
        word=word_of(need, seats, at),
        summary=need_in_words(need, seats),
        shifts=shifts,
        staffing=staffing_of(shifts.items),
        names=_names(need),
        leaves_out_holidays=leaves_out_holidays(need.repeat),
        trail=newest_of(person, "need", need.id, TRAIL),
        acts=acts,
        may_edit=may_change(person, need) and need.state in CHANGEABLE,
        may_post=may_change(person, need),
        not_yet=why_not(need.facility, person, at),
        for_agency=person.facility_id is None,
        at=at,
    )


def _names(need: Need) -> dict[str, list[str]]:
    """The names of the credentials, languages and duties a need asks for, in the reader's language."""
    offered = catalogue()
    types, duties = dict(named(offered.credentials)), dict(named(offered.duties))
    return {
        "required": [types.get(code, code) for code in need.required_credentials],
        "preferred": [types.get(code, code) for code in need.preferred_credentials],
        "duties": [duties.get(code, code) for code in need.duties],
        "languages": [language_name(code) for code in need.languages],
        "education": [education_words()[need.min_education]] if need.min_education else [],
    }
