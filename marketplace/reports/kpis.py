"""The figures on top of a first page, summed by the database: seats filled, time to fill, hours, money."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, func, select

from marketplace.assignments.queries import taken_seats
from marketplace.db import session
from marketplace.kernel import day_span, local_day, local_instant
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import ShiftState
from marketplace.reports.rules import mondays, month_before, month_start, share

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Week:
    """The seats of a week: those of shifts that begin in it on the wall of their place, without cancelled shifts."""

    monday: date
    seats: int = 0
    filled: int = 0
    planned_minutes: int = 0

    @property
    def open(self) -> int:
        return max(0, self.seats - self.filled)

    @property
    def percent(self) -> int | None:
        return share(self.filled, self.seats)


def weeks(today: date, facility_id: int | None = None) -> list[Week]:
    """The last twelve weeks and this one's place among them, the earliest first; of one facility, or of all. One statement."""
    days = mondays(today)
    first, last = days[0], days[-1] + timedelta(days=6)
    # The indexes are on instants: a day of room on either side holds every zone.
    room = (_utc(first - A_DAY), _utc(last + 2 * A_DAY))
    # Counted shift by shift through the index on seats, so a table the planner has no figures of yet costs the same.
    filled = taken_seats()
    counted = select(
        (Shift.local_day - cast(func.extract("isodow", Shift.local_day), Integer) + 1).label("monday"),
        Shift.headcount,
        filled.label("filled"),
        (_minutes(Shift.ends_at - Shift.starts_at) * Shift.headcount).label("minutes"),
    ).where(
        Shift.local_day.between(first, last),
        Shift.starts_at.between(*room),
        Shift.state != ShiftState.CANCELLED,
    )
    if facility_id is not None:
        counted = counted.where(Shift.facility_id == facility_id)
    rows = counted.subquery()
    summed = session.execute(
        select(rows.c.monday, func.sum(rows.c.headcount), func.sum(rows.c.filled), func.sum(rows.c.minutes)).group_by(
            rows.c.monday
        )
    )
    found = {monday: Week(monday, int(seats), int(filled), int(minutes)) for monday, seats, filled, minutes in summed}
    return [found.get(monday, Week(monday)) for monday in days]


@dataclass(frozen=True)
class TimeToFill:
    """Minutes from posting to the last seat filled, over the shifts filled in this month and in the one before."""

    median: int | None
    before: int | None
    p90: int | None

    @property
    def faster(self) -> int | None:
        """Minutes less than in the month before; negative when it took longer; None when there is nothing to compare."""
        return self.before - self.median if self.median is not None and self.before is not None else None


def time_to_fill(at: datetime, zone: str, facility_id: int | None = None) -> TimeToFill:
    """By the calendar month of `zone`. A shift added to a need later counts from when it was added. One statement."""
    today = local_day(at, zone)
    this, before = month_start(today), month_before(today)
    this_starts, before_starts = day_span(this, zone).start, day_span(before, zone).start
    since = case(
        (Shift.created_at < Shift.filled_at, func.greatest(Shift.created_at, Need.posted_at)), else_=Need.posted_at
    )
    took = (
        select(_minutes(Shift.filled_at - since).label("minutes"), (Shift.filled_at >= this_starts).label("this"))
        .join(Shift.need)
        .where(
            Shift.filled_at >= before_starts,
            Shift.filled_at <= at,
            Shift.filled_at >= since,
            # No seat is filled after its shift, and no shift is longer than 25 hours: the bound keeps to the index.
            Shift.starts_at > before_starts - 2 * A_DAY,
        )
    )
    if facility_id is not None:
        took = took.where(Shift.facility_id == facility_id)
    rows = took.subquery()

    def percentile(part: float, this_month: bool) -> Any:
        within = func.percentile_cont(part).within_group(rows.c.minutes)
        return within.filter(rows.c.this if this_month else ~rows.c.this)

    median, earlier, p90 = session.execute(
        select(percentile(0.5, True), percentile(0.5, False), percentile(0.9, True))
    ).one()
    return TimeToFill(_whole(median), _whole(earlier), _whole(p90))


def _minutes(interval: Any) -> ColumnElement[int]:
    return cast(func.floor(func.extract("epoch", interval) / 60), Integer)


def _whole(minutes: Any) -> int | None:
    return None if minutes is None else int(minutes)


def _utc(day: date) -> datetime:
    return local_instant(day, time(), "UTC")
