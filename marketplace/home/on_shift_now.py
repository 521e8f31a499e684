"""The people at work at a facility now, the late ones, and those who begin within the hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import (
    AHEAD_STATES,
    LATE_AFTER,
    NO_SHOW_AFTER_MINUTES,
    WORKING_STATES,
    AssignmentState,
)
from marketplace.catalogue.models import ServiceLine
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import Named
from marketplace.needs.models import Shift
from marketplace.timesheets.models import Punch
from marketplace.timesheets.rules import PunchKind

WITHIN = timedelta(hours=1)
MOST = 12


@dataclass(frozen=True)
class OnShift:
    """One person on the clock, or expected on it. `since` is the first press of the clock that counts."""

    assignment_id: int
    name: str
    line: Named
    state: AssignmentState
    starts_at: datetime
    since: datetime | None
    time_zone: str

    @property
    def is_working(self) -> bool:
        return self.state in WORKING_STATES

    @property
    def on_break(self) -> bool:
        return self.state is AssignmentState.ON_BREAK

    def is_late(self, at: datetime) -> bool:
        """Expected, and so long after the start without a press of the clock that somebody should act."""
        return self.state in AHEAD_STATES and at >= self.starts_at + LATE_AFTER

    def may_be_no_show(self, at: datetime) -> bool:
        """So long after the start that a no-show may be marked."""
        return self.is_late(at) and self.minutes_late(at) >= NO_SHOW_AFTER_MINUTES

    def minutes_late(self, at: datetime) -> int:
        """Minutes past the start without a press of the clock; negative before it."""
        return int((at - self.starts_at).total_seconds() // 60)


def on_shift_now(facility_id: int, at: datetime) -> list[OnShift]:
    """Those on the clock first, then those expected: due already, then within the hour. One statement."""
    instead = aliased(Punch)
    since = (
        select(func.min(Punch.at))
        .where(
            Punch.assignment_id == Assignment.id,
            Punch.kind == PunchKind.IN,
            ~select(instead.id).where(instead.replaces_id == Punch.id).exists(),
        )
        .correlate(Assignment)
        .scalar_subquery()
    )
    on_the_clock = Assignment.state.in_(WORKING_STATES)
    expected = Assignment.state.in_(AHEAD_STATES) & (Assignment.starts_at <= at + WITHIN) & (Assignment.ends_at > at)
    rows = session.execute(
        select(
            Assignment.id,
            Person.name,
            ServiceLine.name,
            ServiceLine.name_es,
            Assignment.state,
            Assignment.starts_at,
            since.label("since"),
            Shift.time_zone,
        )
        .join(Assignment.shift)
        .join(Shift.line)
        .join(Assignment.coordinator)
        .join(Coordinator.person)
        .where(
            Assignment.facility_id == facility_id,
            or_(on_the_clock, expected),
            # A forgotten clock is closed by itself within a day; the bound keeps to the index.
            Assignment.starts_at.between(at - timedelta(days=3), at + WITHIN),
        )
        .order_by(on_the_clock.desc(), Assignment.starts_at, Assignment.id)
        .limit(MOST)
    )
    return [
        OnShift(key, name, Named(line, line_es), state, starts_at, since, zone)
        for key, name, line, line_es, state, starts_at, since, zone in rows
    ]
