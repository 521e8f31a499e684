"""The booked shifts outside the hours that a coordinator states: they stay booked, and the page lists them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import AHEAD_STATES
from marketplace.coordinators.rules import WeeklyHours
from marketplace.db import session
from marketplace.kernel import Span
from marketplace.matching.facts import Window
from marketplace.matching.rules.timing import DAY, covers
from marketplace.needs.models import Shift


@dataclass(frozen=True)
class AvailabilityConflict:
    """A booked shift, and whether it is the typical week or a day off that speaks against it."""

    assignment: Assignment
    off: bool


def availability_conflicts(
    coordinator_id: int, week: Iterable[WeeklyHours], time_off: Iterable[Span], zone: str, at: datetime
) -> list[AvailabilityConflict]:
    """The booked shifts ahead that the stated hours do not cover, or that fall on a day off, by time. One statement."""
    windows = [
        Window(one.weekday, one.start_minute, one.end_minute if one.end_minute <= DAY else one.end_minute - DAY)
        for one in week
    ]
    days_off = list(time_off)
    booked = session.scalars(
        select(Assignment)
        .where(Assignment.coordinator_id == coordinator_id, Assignment.state.in_(AHEAD_STATES), Assignment.ends_at > at)
        .options(joinedload(Assignment.shift).joinedload(Shift.line), joinedload(Assignment.facility))
        .order_by(Assignment.starts_at)
    )
    found = []
    for assignment in booked:
        off = any(assignment.span.overlaps(day) for day in days_off)
        if off or not covers(windows, assignment.span, zone):
            found.append(AvailabilityConflict(assignment, off))
    return found
