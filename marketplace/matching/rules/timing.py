"""Hard rules about time: availability, time off, other shifts, rest, weekly hours; and the local days and weeks they count in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from marketplace.kernel import Length, LocalSpan, Phrase, Span, local_day, workweek
from marketplace.matching.facts import BookingFacts, Context, CoordinatorFacts, ShiftFacts, Window
from marketplace.matching.verdicts import Finding, fails, passes, rule, warns

DAY = 1440
_ONE_DAY = timedelta(days=1)
_NONE, _MINUTE = timedelta(), timedelta(minutes=1)
_AHEAD = Phrase("The shift is still ahead.")
_NO_TIME_OFF = passes(Phrase("No time off is touched."))
_NOTHING_ELSE = passes(Phrase("No other shift at this time."))


@lru_cache(maxsize=65_536)
def first_moment(day: date, minute: int, zone: str) -> datetime:
    """The first instant (UTC) at which a clock in the zone shows that minute of that day, or a later one.

    A weekly habit must not break on the night clocks change: 02:30 that is skipped begins when the clock jumps, and
    01:30 that comes twice begins the first time. `minute` may run past 1440 into the following days.
    """
    place = ZoneInfo(zone)
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    instant = wall.replace(tzinfo=place).astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) == wall:
        return instant
    # The wall time is skipped. Read with the later offset it lies before the jump, with the earlier one after it.
    before = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
    low, high = 0, int((instant - before).total_seconds())
    while low < high:
        middle = (low + high) // 2
        shown = (before + timedelta(seconds=middle)).astimezone(place).replace(tzinfo=None)
        low, high = (low, middle) if shown >= wall else (middle + 1, high)
    return before + timedelta(seconds=low)


@lru_cache(maxsize=65_536)
def window_on(day: date, start_minute: int, end_minute: int, zone: str) -> tuple[datetime, datetime]:
    """The instants at which a window that begins on that local day opens and closes."""
    end_minute = end_minute if end_minute > start_minute else end_minute + DAY
    return first_moment(day, start_minute, zone), first_moment(day, end_minute, zone)


@lru_cache(maxsize=8_192)
def local_days(span: Span, zone: str) -> tuple[date, ...]:
    """Every local day some part of the span falls on; ending at midnight sharp does not touch the next day."""
    place = ZoneInfo(zone)
    first = span.start.astimezone(place).date()
    last = (span.end - timedelta(microseconds=1)).astimezone(place).date()
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


@lru_cache(maxsize=8_192)
def local_weeks(span: Span, zone: str) -> tuple[Span, ...]:
    """The local weeks, Monday 00:00 to Monday 00:00, some part of the span falls in."""
    days = local_days(span, zone)
    return tuple(dict.fromkeys(workweek(day, zone) for day in days))


def open_within(windows: Sequence[Window], span: Span, zone: str) -> list[tuple[datetime, datetime]]:
    """The parts of the span that weekly windows cover, in order and without overlaps."""
    days = local_days(span, zone)
    starts, ends = span.start, span.end
    parts = []
    for day in (days[0] - _ONE_DAY, *days):  # the evening before may run into the first day
        weekday = day.weekday()
        for window in windows:
            if window.weekday == weekday:
                opens, closes = window_on(day, window.start_minute, window.end_minute, zone)
                if opens < ends and starts < closes:
                    parts.append((max(opens, starts), min(closes, ends)))
    if len(parts) < 2:
        return parts
    parts.sort()
    merged = [parts[0]]
    for opens, closes in parts[1:]:
        if opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged


def covers(windows: Sequence[Window], span: Span, zone: str) -> bool:
    """True when the weekly windows cover the span without a gap."""
    return open_within(windows, span, zone) == [(span.start, span.end)]


def minutes_within(windows: Sequence[Window], span: Span, zone: str) -> int:
    """The minutes of the span within the weekly windows."""
    return sum(((closes - opens) for opens, closes in open_within(windows, span, zone)), timedelta()) // _MINUTE


@lru_cache(maxsize=8_192)
def minutes_in_daily(start_minute: int, end_minute: int, span: Span, zone: str) -> int:
    """The minutes of the span between two local times of any day."""
    return minutes_within(tuple(Window(weekday, start_minute, end_minute) for weekday in range(7)), span, zone)


def time_shared(span: Span, other: Span) -> timedelta:
    """The time two spans share."""
    return max(min(span.end, other.end) - max(span.start, other.start), timedelta())


# ---- the rules -------------------------------------------------------------------------------------------------------


def _local(span: Span, zone: str) -> LocalSpan:
    """The span as a place sees it."""
    return LocalSpan(span.start, span.end, zone)


def _touching(coordinator: CoordinatorFacts, start: datetime, end: datetime) -> list[BookingFacts]:
    """The coordinator's shifts that share time with [start, end). Written out: it runs for every pair."""
    return [booking for booking in coordinator.bookings if booking.span.start < end and start < booking.span.end]


@rule("not_past", 1, "Shift still ahead", "The shift is not over; one that has started is shown with a note.")
def not_past(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    span, day = shift.span, local_day(shift.span.start, shift.zone)
    when = _local(span, shift.zone)
    if context.as_of < span.start:
        return passes(_AHEAD, when, day)
    if context.as_of < span.end:
        return warns(Phrase("The shift has already started."), when, day)
    return fails(Phrase("The shift is over."), when, day)


@rule(
    "availability",
    1,
    "Availability",
    "The coordinator's weekly availability, in their own zone, covers the whole shift; "
    "a night on which the clocks change counts with its true length.",
)
def availability(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    local = _local(shift.span, coordinator.zone)
    day = local_day(shift.span.start, coordinator.zone)
    if covers(coordinator.availability, shift.span, coordinator.zone):
        return passes(Phrase("Available for the whole shift, %(time)s.", time=local), local, day)
    if not coordinator.availability:
        return fails(Phrase("No availability is stated."), local, day)
    outside = shift.span.minutes - minutes_within(coordinator.availability, shift.span, coordinator.zone)
    if outside >= shift.span.minutes:
        why = Phrase("The whole shift is outside the stated availability: the local time is %(time)s.", time=local)
    else:
        why = Phrase(
            "%(hours)s of %(shift_hours)s are outside the stated availability: the local time is %(time)s.",
            hours=Length(outside),
            shift_hours=Length(shift.span.minutes),
            time=local,
        )
    return fails(why, local, day)


@rule("time_off", 1, "Time off", "The shift does not touch any time off.")
def time_off(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    touched = [span for span in coordinator.time_off if span.overlaps(shift.span)]
    if not touched:
        return _NO_TIME_OFF
    first = min(touched)
    when = _local(first, coordinator.zone)
    return fails(Phrase("Time off from %(time)s.", time=when), when, local_day(first.start, coordinator.zone))


@rule("overlap", 1, "No other shift", "No other shift, at whichever facility, overlaps this one.")
def overlap(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    taken = _touching(coordinator, shift.span.start, shift.span.end)
    if not taken:
        return _NOTHING_ELSE
    for booking in taken:
        if booking.shift_id == shift.id:
            day = local_day(booking.span.start, coordinator.zone)
            return fails(Phrase("Already booked on this shift."), _shift(shift.id), day)
    first = min(taken, key=lambda booking: (booking.span, booking.shift_id))
    return fails(
        Phrase("Already booked from %(time)s.", time=_local(first.span, coordinator.zone)),
        _shift(first.shift_id),
        local_day(first.span.start, coordinator.zone),
    )


def _shift(shift_id: int) -> Phrase:
    return Phrase("shift %(number)s", number=shift_id)


@rule(
    "rest",
    1,
    "Rest between shifts",
    "The rest the coordinator needs lies between this shift and the ones before and after, across all facilities.",
)
def rest(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    wanted = Length(coordinator.rest_minutes)
    start, end, needed = shift.span.start, shift.span.end, coordinator.rest_minutes * _MINUTE
    least: timedelta | None = None
    for booking in _touching(coordinator, start - needed, end + needed):
        between = max(start - booking.span.end, booking.span.start - end)
        if between >= _NONE and (least is None or between < least):  # the rule above is about those that overlap
            least, neighbour = between, booking
    if least is None:
        return passes(Phrase("At least %(hours)s of rest lie before and after.", hours=wanted))
    left, time = Length(least // _MINUTE), _local(neighbour.span, coordinator.zone)
    if neighbour.span.end <= start:
        why = Phrase(
            "Only %(hours)s of rest since the shift before, %(time)s; %(needed_hours)s are needed.",
            hours=left,
            time=time,
            needed_hours=wanted,
        )
    else:
        why = Phrase(
            "Only %(hours)s of rest until the next shift, %(time)s; %(needed_hours)s are needed.",
            hours=left,
            time=time,
            needed_hours=wanted,
        )
    return fails(why, _shift(neighbour.shift_id), local_day(neighbour.span.start, coordinator.zone))


@rule(
    "weekly_hours",
    1,
    "Hours in the week",
    "With this shift no local week of the coordinator, Monday to Monday, goes over the weekly limit. "
    "A shift across Monday midnight counts in each week with its own part.",
)
def weekly_hours(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    fullest, monday = _NONE, None
    for week in local_weeks(shift.span, coordinator.zone):
        worked = time_shared(shift.span, week)
        for booking in _touching(coordinator, week.start, week.end):
            worked += time_shared(booking.span, week)
        if worked > fullest:
            fullest, monday = worked, local_day(week.start, coordinator.zone)
    reached, limit = Length(-(-fullest // _MINUTE)), Length(coordinator.max_week_minutes)
    datum = Phrase("%(hours)s of %(most_hours)s", hours=reached, most_hours=limit)
    if fullest <= coordinator.max_week_minutes * _MINUTE:
        why = Phrase(
            "The week of %(day)s reaches %(hours)s of %(most_hours)s.",
            day=monday,
            hours=reached,
            most_hours=limit,
        )
        return passes(why, datum, monday)
    why = Phrase(
        "With this shift the week of %(day)s reaches %(hours)s; the limit is %(most_hours)s.",
        day=monday,
        hours=reached,
        most_hours=limit,
    )
    return fails(why, datum, monday)
