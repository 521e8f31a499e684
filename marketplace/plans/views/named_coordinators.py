"""The coordinator a form speaks of, checked like anything typed."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import Invalid, NotFound, key


def coordinator_named(text: str | None) -> Coordinator:
    """By number. Invalid when nobody is named, NotFound when there is no such person."""
    number = key(text)
    if number is None:
        raise Invalid("Choose somebody from the list first.", "coordinator")
    found = session.scalars(
        select(Coordinator).where(Coordinator.id == number).options(joinedload(Coordinator.person))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such page, or it is not yours to see.")
    return found
