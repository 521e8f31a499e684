"""Row locks of a booking, in their order: the shift, then the coordinator, then the assignment."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.assignments.models import Assignment
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.needs.models import Shift
from marketplace.needs.queries import load_options


def lock_shift(shift_id: int) -> Shift:
    """The shift with its terms, locked against other bookings until the end of the transaction. Lock it first of all."""
    return session.scalars(
        select(Shift)
        .where(Shift.id == shift_id)
        .options(*load_options())
        .with_for_update(of=Shift, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def lock_coordinator(coordinator_id: int) -> None:
    """Two bookings of one person come one after the other: overlap, rest and weekly hours hold for both together."""
    session.execute(select(Coordinator.id).where(Coordinator.id == coordinator_id).with_for_update(key_share=True))


def lock_assignment(assignment_id: int) -> Assignment:
    """An assignment as it is now, with coordinator and offer, locked. After the shift, if that is locked at all."""
    return session.scalars(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .options(joinedload(Assignment.coordinator).joinedload(Coordinator.person), joinedload(Assignment.offer))
        .with_for_update(of=Assignment, key_share=True)
        .execution_options(populate_existing=True)
    ).one()
