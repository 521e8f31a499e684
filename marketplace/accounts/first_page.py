"""Where somebody begins: the agency's overview; for others what they have to do first, else the account."""

from flask import current_app, url_for

from marketplace.accounts.signing_in import current_person_or_none
from marketplace.db.session import Audience

# Where everybody's daily work is.
WORKPLACES = {
    Audience.AGENCY: "dashboards.overview",
    Audience.FACILITY: "dashboards.overview",
    Audience.COORDINATOR: "assignments.offers",
}


def first_page() -> str:
    """The address of the present person's first page. Who may have tasks to begin with is led by way of them."""
    person = current_person_or_none()
    audience = person.audience if person is not None else Audience.VISITOR
    begins = audience in (Audience.FACILITY, Audience.COORDINATOR)
    endpoint = "onboarding.start" if begins else WORKPLACES.get(audience, "")
    return url_for(endpoint if endpoint in current_app.view_functions else "accounts.account")
