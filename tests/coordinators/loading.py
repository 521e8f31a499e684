"""Coordinators as `amend_coordinator` takes them."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from marketplace.accounts.models import Person
from marketplace.coordinators.models import Coordinator
from marketplace.db import session


def coordinator_with_email(email: str) -> Coordinator | None:
    """The coordinator with this address, loaded with person, pay and typical week."""
    return session.scalars(
        select(Coordinator)
        .join(Coordinator.person)
        .where(Person.email == email)
        .options(
            joinedload(Coordinator.person), selectinload(Coordinator.availability), undefer(Coordinator.min_pay_cents)
        )
    ).one_or_none()
