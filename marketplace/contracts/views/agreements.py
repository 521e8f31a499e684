"""The list of agreements."""

from flask import render_template

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.contracts.models import AgreementKind
from marketplace.contracts.policy import may_sign, sees_all
from marketplace.contracts.queries import in_list
from marketplace.contracts.rules import AgreementState
from marketplace.contracts.views.blueprint import pages
from marketplace.web import asked_word, page_of


@pages.get("/", may=Permission.CONTRACT_SEE)
def index() -> str:
    """The agreements: those that wait for somebody, then those that hold, then the past."""
    person = current_person()
    kind, state = asked_word("kind", set(AgreementKind)), asked_word("state", set(AgreementState))
    text = asked_word("q")
    found = in_list(person, AgreementKind(kind) if kind else None, AgreementState(state) if state else None, text)
    return render_template(
        "contracts/index.html",
        page=page_of(found),
        asked={"kind": kind, "state": state, "q": text},
        states=list(AgreementState),
        for_agency=sees_all(person),
        may_manage=person.may(Permission.CONTRACT_MANAGE),
        to_sign=lambda agreement: may_sign(person, agreement),
    )
