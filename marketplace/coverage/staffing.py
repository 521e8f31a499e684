"""The coordinators who have the seats of some shifts, and those whose answer is awaited."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import LIVE_STATES, WAITING_STATES
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import now
from marketplace.needs.models import Shift


@dataclass
class Staffing:
    """The bookings of one shift, and the names of those who are asked."""

    assignments: list[Assignment] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The names of those whose answer is awaited."""

    @property
    def waiting(self) -> int:
        return len(self.asked)


def staffing_of(shifts: Iterable[Shift]) -> dict[int, Staffing]:
    """Live assignments with their people, and waiting offers, by shift: two statements."""
    found: dict[int, Staffing] = defaultdict(Staffing)
    keys = [shift.id for shift in shifts]
    if not keys:
        return found
    booked = session.scalars(
        select(Assignment)
        .where(Assignment.shift_id.in_(keys), Assignment.state.in_(LIVE_STATES))
        .order_by(Assignment.seat)
        .options(joinedload(Assignment.coordinator).joinedload(Coordinator.person))
    )
    for assignment in booked:
        found[assignment.shift_id].assignments.append(assignment)
    asked = session.execute(
        select(Offer.shift_id, Person.name)
        .join(Coordinator, Coordinator.id == Offer.coordinator_id)
        .join(Person, Person.id == Coordinator.person_id)
        .where(Offer.shift_id.in_(keys), Offer.state.in_(WAITING_STATES), Offer.expires_at > now())
        .order_by(Offer.id)
    )
    for shift_id, name in asked:
        found[shift_id].asked.append(name)
    return found
