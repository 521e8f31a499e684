"""The first page of somebody new."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.workplaces import WORKPLACES
from marketplace.onboarding.policy import gets_started
from marketplace.onboarding.views.blueprint import pages
from marketplace.web import SIGNED_IN


@pages.get("/start", may=SIGNED_IN)
def start() -> ResponseReturnValue:
    """The first page of a person: the tasks while they are getting started, else the overview or the offers."""
    person = current_person()
    if gets_started(person):
        return redirect(url_for(".welcome"), 303)
    return redirect(url_for(WORKPLACES.get(person.audience, "accounts.account")), 303)
