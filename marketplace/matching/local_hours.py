"""Local hours as instants: which weekly windows cover a shift, and which local days and weeks it touches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from marketplace.kernel.spans import Span, workweek
from marketplace.matching.facts import Window

DAY = 1440
_MINUTE = timedelta(minutes=1)
_ONE_DAY = timedelta(days=1)


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
    """When a window opens and closes that begins on that local day."""
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
    """How many minutes of the span lie within the weekly windows."""
    return sum(((closes - opens) for opens, closes in open_within(windows, span, zone)), timedelta()) // _MINUTE


@lru_cache(maxsize=8_192)
def minutes_in_daily(start_minute: int, end_minute: int, span: Span, zone: str) -> int:
    """How many minutes of the span lie between two local times of whichever day."""
    return minutes_within(tuple(Window(weekday, start_minute, end_minute) for weekday in range(7)), span, zone)


def time_shared(span: Span, other: Span) -> timedelta:
    """How long two spans overlap."""
    return max(min(span.end, other.end) - max(span.start, other.start), timedelta())
