"""Which part of the trail a person may read."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.audit.models import AuditEntry
from marketplace.db import seen_by, session


def visible_to(person: Person) -> Select[AuditEntry]:
    """Agency staff read everything, a facility what concerns it, a coordinator what concerns them; newest first.

    In the order of the acts: two that were done at the same moment on several machines may have been written the other way.
    """
    trail = (
        select(AuditEntry).options(joinedload(AuditEntry.person)).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return seen_by(person, trail, facility=AuditEntry.facility_id, coordinator=AuditEntry.coordinator_id)


def trail_of(person: Person, thing: str, thing_id: int) -> Select[AuditEntry]:
    """The trail of one thing, as far as `person` may read it."""
    return visible_to(person).where(AuditEntry.thing == thing, AuditEntry.thing_id == thing_id)


def newest_of(person: Person, thing: str, thing_id: int, most: int) -> list[AuditEntry]:
    """The newest `most` entries of `trail_of`."""
    return list(session.scalars(trail_of(person, thing, thing_id).limit(most)))


def trail_about_coordinator(person: Person, coordinator_id: int, most: int) -> list[AuditEntry]:
    """The newest `most` entries that concern one coordinator, as far as `person` may read them."""
    return list(session.scalars(visible_to(person).where(AuditEntry.coordinator_id == coordinator_id).limit(most)))


def trail_about_facility(person: Person, facility_id: int, most: int) -> list[AuditEntry]:
    """The newest `most` entries that concern one facility, as far as `person` may read them."""
    return list(session.scalars(visible_to(person).where(AuditEntry.facility_id == facility_id).limit(most)))


def latest_of(person: Person, thing: str, thing_id: int, most: int = 20) -> list[AuditEntry]:
    """The newest `most` entries of the trail of one thing, as far as `person` may read it."""
    return list(session.scalars(trail_of(person, thing, thing_id).limit(most)))
