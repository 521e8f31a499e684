"""The agency itself: its row is there from the first migration on, and is called what the settings say."""

from sqlalchemy import update

from marketplace.accounts.models import Organisation, OrganisationKind
from marketplace.db import session


def name_agency(name: str) -> None:
    """Written when the site starts, and before somebody is invited."""
    session.execute(
        update(Organisation)
        .where(Organisation.kind == OrganisationKind.AGENCY, Organisation.name != name)
        .values(name=name)
        .execution_options(synchronize_session=False)
    )
