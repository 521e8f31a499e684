"""The first page of each person: the agency's overview; for others the next task, else the account."""

from flask import url_for

from marketplace.accounts.authentication.sign_in import current_person_or_none
from marketplace.accounts.workplaces import START, WORKPLACES
from marketplace.db import Audience


def first_page() -> str:
    """The address of the present person's first page. Who may have tasks to begin with is led by way of them."""
    person = current_person_or_none()
    audience = person.audience if person is not None else Audience.VISITOR
    begins = audience in (Audience.FACILITY, Audience.COORDINATOR)
    return url_for(START if begins else WORKPLACES.get(audience, "accounts.account"))
