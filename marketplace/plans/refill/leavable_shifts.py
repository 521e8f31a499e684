"""The shifts that somebody might leave for an open seat, and who is free for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.assignments.models import Assignment, Reassignment, load_options
from marketplace.assignments.rules import OPEN_REASSIGNMENTS
from marketplace.db import session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.matching.ranking import Candidate, Ranking
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState
from marketplace.plans.refill.asked_before import AskedBefore
from marketplace.plans.refill.could_move import CouldMove


@dataclass(frozen=True)
class LeavableShifts:
    """Shifts that somebody might leave, because their seat would be filled again."""

    shifts: dict[int, Shift]
    asked: AskedBefore
    requested: frozenset[tuple[int, int]]
    """(coordinator, their shift) with a reassignment request open."""

    @classmethod
    def of(cls, could: Iterable[CouldMove], at: datetime) -> "LeavableShifts":
        """Three statements."""
        keys = {one.booking.shift_id for one in could}
        wanted = (
            select(Shift)
            .join(Need, Need.id == Shift.need_id)
            .join(Shift.facility)
            .where(Shift.id.in_(keys), Need.state == NeedState.OPEN, Facility.state == FacilityState.ACTIVE)
            .options(*load_options())
        )
        open_requests = (
            select(Reassignment.coordinator_id, Assignment.shift_id)
            .join(Assignment, Assignment.id == Reassignment.assignment_id)
            .where(
                Assignment.shift_id.in_(keys), Reassignment.state.in_(OPEN_REASSIGNMENTS), Reassignment.expires_at > at
            )
        )
        return cls(
            {shift.id: shift for shift in session.scalars(wanted)},
            AskedBefore.about(keys, at),
            frozenset((who, where) for who, where in session.execute(open_requests)),
        )

    def may_be_left(self, one: CouldMove) -> bool:
        """Whether this coordinator may be asked to leave this shift: it is wanted, and no request about it is open."""
        return one.booking.shift_id in self.shifts and (one.person.id, one.booking.shift_id) not in self.requested

    def free_for(self, shift_id: int, ranking: Ranking, out: Collection[int]) -> Candidate | None:
        """The best who may take the shift and did not decline it or give it back; None when there is nobody."""
        never = self.asked.never[shift_id]
        return next((one for one in ranking.eligible if one.facts.id not in out and one.facts.id not in never), None)
