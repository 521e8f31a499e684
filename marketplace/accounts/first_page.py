"""Where somebody begins: the agency's overview; for others what they have to do first, else the account."""

from flask import url_for

from marketplace.accounts.signing_in import current_person_or_none
from marketplace.db.session import Audience

FIRST = {
    Audience.AGENCY: "dashboards.overview",
    Audience.FACILITY: "onboarding.start",
    Audience.COORDINATOR: "onboarding.start",
}


def first_page() -> str:
    """The address of the present person's first page."""
    person = current_person_or_none()
    return url_for(FIRST[person.audience] if person is not None and person.audience in FIRST else "accounts.account")
