"""Instants as whole numbers: microseconds since 1970, quarter hours, days and weeks counted from there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from marketplace.kernel import Span, workweek

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
QUARTER = 15 * MINUTE
"""The step of the availability rows. What begins or ends between two quarter hours is looked at exactly."""
QUARTERS = 96
"""Quarter hours in a day of the world's clock, which never changes its offset."""
DAY = QUARTERS * QUARTER


def instant(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The instant as a datetime again."""
    return EPOCH + timedelta(microseconds=at)


def bounds(span: Span) -> tuple[int, int]:
    """First instant, and the first one after."""
    return instant(span.start), instant(span.end)


def days_of(start: int, end: int) -> range:
    """The numbers of the days (UTC, 0 is 1 January 1970) that some part of the stretch falls on."""
    return range(start // DAY, -(-end // DAY))


def day_as_span(day: int) -> Span:
    """One day (UTC) as a span."""
    return Span(moment(day * DAY), moment((day + 1) * DAY))


@lru_cache(maxsize=65_536)
def monday(week: int, zone: str) -> int:
    """The instant at which a local week begins. Weeks are counted from that of 1 January of the year 1, a Monday."""
    return instant(workweek(date.fromordinal(7 * week + 1), zone).start)


def local_weeks(start: int, end: int, zone: str) -> tuple[tuple[int, int], ...]:
    """The local weeks the stretch touches, each with its share in microseconds."""
    week = (EPOCH.toordinal() + start // DAY - 1) // 7
    if monday(week, zone) > start:
        week -= 1
    elif monday(week + 1, zone) <= start:
        week += 1
    found = []
    while start < end:
        until = min(end, monday(week + 1, zone))
        found.append((week, until - start))
        start, week = until, week + 1
    return tuple(found)
