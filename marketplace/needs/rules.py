"""From a facility's wish ("weekdays, nine to five, until Christmas") to exact shifts and what they will cost."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from marketplace.kernel import (
    MONDAY_TO_FRIDAY,
    N_,
    Invalid,
    JoinedList,
    Lifecycle,
    Observance,
    Phrase,
    Span,
    check_year,
    counted,
    holiday_on,
    local_instant,
)


class NeedState(StrEnum):
    """The states of a need. Its filled seats are derived from assignments, never a state."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    OPEN = "open"
    CLOSED = "closed"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


LIFE = Lifecycle(
    "need",
    {
        (NeedState.DRAFT, "post"): NeedState.OPEN,
        (NeedState.DRAFT, "submit"): NeedState.PENDING_APPROVAL,
        (NeedState.DRAFT, "cancel"): NeedState.CANCELLED,
        (NeedState.PENDING_APPROVAL, "approve"): NeedState.OPEN,
        (NeedState.PENDING_APPROVAL, "reject"): NeedState.DRAFT,
        (NeedState.PENDING_APPROVAL, "cancel"): NeedState.CANCELLED,
        (NeedState.OPEN, "hold"): NeedState.ON_HOLD,
        (NeedState.OPEN, "close"): NeedState.CLOSED,
        (NeedState.OPEN, "cancel"): NeedState.CANCELLED,
        (NeedState.OPEN, "expire"): NeedState.EXPIRED,
        (NeedState.ON_HOLD, "resume"): NeedState.OPEN,
        (NeedState.ON_HOLD, "cancel"): NeedState.CANCELLED,
        (NeedState.ON_HOLD, "expire"): NeedState.EXPIRED,
    },
)


class ShiftState(StrEnum):
    """The states of a shift. Open, partly filled and filled are derived from its assignments."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    ENDED = "ended"
    CANCELLED = "cancelled"


SHIFT_LIFE = Lifecycle(
    "shift",
    {
        (ShiftState.SCHEDULED, "start"): ShiftState.IN_PROGRESS,
        (ShiftState.SCHEDULED, "end"): ShiftState.ENDED,
        (ShiftState.SCHEDULED, "cancel"): ShiftState.CANCELLED,
        (ShiftState.IN_PROGRESS, "end"): ShiftState.ENDED,
    },
)

WEEKLY = "WEEKLY"
WEEKDAYS = "WEEKDAYS"

MOST_OCCURRENCES = 370
LEAST_MINUTES = 15
MOST_HOURS = 24
"""Hours of a shift as the clocks on the wall show it."""

LONGEST_SHIFT = timedelta(hours=MOST_HOURS + 1)
"""A shift of 24 hours lasts 25 in the night the clocks are set back."""

FACILITY_ACTS_WITHIN = timedelta(days=7)
"""An open shift that begins within this time stands on its facility's overview."""

AGENCY_ACTS_WITHIN = timedelta(hours=48)
"""An open shift that begins within this time stands in the agency's inbox."""


@dataclass(frozen=True)
class Pattern:
    """The days and times of a need, in the facility's own local time.

    `start` and `end` are naive local date and time of the first shift. `repeat` is empty, WEEKLY (the same weekday),
    WEEKDAYS (Monday to Friday) or a tuple of weekdays (0 is Monday), from the first such day on or after the start date up
    to and including `until`, with `leave_out_holidays` not on federal holidays. `also_on` adds single days, holidays too.
    """

    start: datetime
    end: datetime
    repeat: str | tuple[int, ...] = ""
    until: date | None = None
    also_on: tuple[date, ...] = ()
    leave_out_holidays: bool = False


class Occurrence(NamedTuple):
    """One shift: the local day it begins on, and its exact span."""

    local_day: date
    span: Span


def occurrences(pattern: Pattern, zone: ZoneInfo | str) -> list[Occurrence]:
    """Every shift the pattern asks for, in order. Each keeps its local times across clock changes; its length is elapsed.

    Invalid, naming the field, when a time does not exist on one of the days, the end is not after the start, a shift is
    shorter than 15 minutes or longer than 24 hours, or there are none or more than MOST_OCCURRENCES.
    """
    check_year(pattern.start.date(), "starts_local")
    check_year(pattern.end.date(), "ends_local")
    length = pattern.end - pattern.start
    if length <= timedelta(0):
        raise Invalid("The end must be after the start.", "ends_local")
    if length > timedelta(hours=MOST_HOURS):
        raise Invalid("A shift can last at most %(hours)s hours. Post two.", "ends_local", hours=MOST_HOURS)
    nights = (pattern.end.date() - pattern.start.date()).days
    shifts: list[Occurrence] = []
    for day in _days(pattern):
        start = _instant("starts_local", day, pattern.start.time(), zone)
        end = _instant("ends_local", day + timedelta(days=nights), pattern.end.time(), zone)
        if end - start < timedelta(minutes=LEAST_MINUTES):
            raise Invalid(
                "A shift lasts at least %(minutes)s minutes; on %(day)s this one is shorter.",
                "ends_local",
                minutes=LEAST_MINUTES,
                day=day,
            )
        shifts.append(Occurrence(day, Span(start, end)))
    return shifts


def _instant(field: str, day: date, at: time, zone: ZoneInfo | str) -> datetime:
    try:
        return local_instant(day, at, zone)
    except Invalid as refusal:
        raise refusal.at(field) from None


def _days(pattern: Pattern) -> list[date]:
    first = pattern.start.date()
    if not pattern.repeat:
        days = {first, *pattern.also_on}
        if pattern.until is not None:
            raise Invalid("Say how the shift repeats, or leave the last day empty.", "until")
    else:
        weekdays = _weekdays(pattern.repeat, first)
        if pattern.until is None:
            raise Invalid("Say until which day the shift repeats.", "until")
        if pattern.until < first:
            raise Invalid("The last day must not be before the first.", "until")
        span_days = (pattern.until - first).days
        # Far beyond any allowed number of shifts, counting them would only take time.
        if span_days > 7 * MOST_OCCURRENCES:
            raise Invalid(
                "That is more than %(most)s shifts. Choose an earlier last day.", "until", most=MOST_OCCURRENCES
            )
        every = (first + timedelta(days=n) for n in range(span_days + 1))
        repeated = {day for day in every if day.weekday() in weekdays}
        days = {day for day in repeated if not (pattern.leave_out_holidays and holiday_on(day))} | set(pattern.also_on)
        if repeated and not days:
            raise Invalid("Only holidays lie between the first and the last day.", "until")
        if not days:
            raise Invalid("No such weekday lies between the first and the last day.", "until")
    if len(days) > MOST_OCCURRENCES:
        raise Invalid("That is more than %(most)s shifts. Choose an earlier last day.", "until", most=MOST_OCCURRENCES)
    return sorted(days)


def left_out(pattern: Pattern) -> list[Observance]:
    """The holidays on which the pattern, one that `occurrences` accepts, has no shift because they are left out."""
    if not (pattern.repeat and pattern.until and pattern.leave_out_holidays):
        return []
    first = pattern.start.date()
    weekdays = _weekdays(pattern.repeat, first)
    every = (first + timedelta(days=n) for n in range((pattern.until - first).days + 1))
    wanted = (holiday_on(day) for day in every if day.weekday() in weekdays and day not in pattern.also_on)
    return [kept for kept in wanted if kept]


def _weekdays(repeat: str | tuple[int, ...], first: date) -> tuple[int, ...]:
    if repeat == WEEKLY:
        return (first.weekday(),)
    if repeat == WEEKDAYS:
        return MONDAY_TO_FRIDAY
    if isinstance(repeat, tuple) and all(0 <= weekday <= 6 for weekday in repeat):
        return repeat
    raise Invalid("A shift repeats WEEKLY, on WEEKDAYS, or on weekdays you choose.", "repeat")


def shifts_counted(count: int) -> Phrase:
    """1 shift; 5 shifts"""
    return counted(count, N_("1 shift"), N_("%(count)s shifts"))


def stretch(first: date, last: date) -> date | JoinedList:
    """From a day to a day, for a sentence; one day once."""
    return JoinedList([first, last], " – ") if last > first else first
