"""The people of the demo by their address, so that they can act."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Membership, Person
from marketplace.coordinators.models import Coordinator
from marketplace.db import session


def person(email: str) -> Person:
    """Somebody by address, acting under their one membership."""
    found = session.scalars(
        select(Person)
        .where(Person.email == email)
        .options(joinedload(Person.memberships).joinedload(Membership.organisation))
        .execution_options(populate_existing=True)
    ).unique().one()  # fmt: skip
    found.acting = found.memberships[0]
    return found


def everybody() -> list[Coordinator]:
    """All coordinators in the order they came."""
    return list(session.scalars(select(Coordinator).order_by(Coordinator.id).options(joinedload(Coordinator.person))))


def coordinator(email: str) -> Coordinator:
    """One coordinator with their week, acting for themselves."""
    found = session.scalars(
        select(Coordinator)
        .join(Coordinator.person)
        .where(Person.email == email)
        .options(selectinload(Coordinator.availability), joinedload(Coordinator.person))
        .execution_options(populate_existing=True)
    ).one()
    person(email)
    return found
