"""The coordinator a form speaks of, checked like anything typed."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.coordinators.models import Coordinator
from marketplace.db.session import session
from marketplace.kernel.errors import Invalid, NotFound

BIGGEST_KEY = 2**63 - 1


def coordinator_named(text: str | None) -> Coordinator:
    """By number. Invalid when nobody is named, NotFound when there is no such person."""
    key = key_in(text)
    if key is None:
        raise Invalid("Choose somebody from the list first.", "coordinator")
    found = session.scalars(
        select(Coordinator).where(Coordinator.id == key).options(joinedload(Coordinator.person))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such page, or it is not yours to see.")
    return found


def key_in(text: str | None) -> int | None:
    """A number that can be a key; None for anything else."""
    digits = text or ""
    good = digits.isascii() and digits.isdigit() and len(digits) <= 19 and 0 < int(digits) <= BIGGEST_KEY
    return int(digits) if good else None
