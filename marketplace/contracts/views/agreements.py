"""The list of agreements, one agreement, and its text as a file."""

from flask import Response, render_template
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.contracts.models import AgreementKind
from marketplace.contracts.policy import may_sign
from marketplace.contracts.queries import in_list
from marketplace.contracts.rules import AgreementState
from marketplace.contracts.views.agreement_page import agreement_page, visible_agreement
from marketplace.contracts.views.blueprint import pages
from marketplace.db import Audience
from marketplace.kernel import NotFound
from marketplace.web import asked_word, page_of


@pages.get("/", may=Permission.CONTRACT_SEE)
def index() -> str:
    """What waits for somebody first, then what holds, then the past."""
    person = current_person()
    kind, state = asked_word("kind", set(AgreementKind)), asked_word("state", set(AgreementState))
    text = asked_word("q")
    found = in_list(person, AgreementKind(kind) if kind else None, AgreementState(state) if state else None, text)
    return render_template(
        "contracts/index.html",
        page=page_of(found),
        asked={"kind": kind, "state": state, "q": text},
        states=list(AgreementState),
        for_agency=person.audience is Audience.AGENCY,
        may_manage=person.may(Permission.CONTRACT_MANAGE),
        to_sign=lambda agreement: may_sign(person, agreement),
    )


@pages.get("/<int:agreement_id>", may=Permission.CONTRACT_SEE)
def show(agreement_id: int) -> str:
    return agreement_page(visible_agreement(agreement_id))


@pages.get("/<int:agreement_id>/text", may=Permission.CONTRACT_SEE)
def text(agreement_id: int) -> Response:
    """The words as they were sent, as a text file."""
    agreement = visible_agreement(agreement_id)
    if not agreement.body:
        raise NotFound(_("This agreement has no text here: it was made on paper, or is not sent yet."))
    response = Response(agreement.body, mimetype="text/plain")
    response.headers.set("Content-Disposition", "attachment", filename=f"agreement-{agreement.id}.txt")
    return response
