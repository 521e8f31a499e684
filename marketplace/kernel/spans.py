"""Stretches of time as instants, and how a time on the wall of some place becomes one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from marketplace.kernel.errors import Invalid

FIRST_YEAR, LAST_YEAR = 2000, 2100

# Files of the zone database that say what this machine is set to: elsewhere they mean another time.
NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
"""As date.weekday() counts."""


@dataclass(frozen=True, order=True)
class Span:
    """From `start` up to but not including `end`, both kept as UTC instants."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a span needs aware instants")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise Invalid("The end must be after the start.")

    @property
    def minutes(self) -> int:
        """Whole minutes that really elapse, whatever the clocks on the wall do."""
        return (self.end - self.start) // timedelta(minutes=1)

    def overlaps(self, other: "Span") -> bool:
        """Whether they share any time; one ending as the other starts do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, what: "datetime | Span") -> bool:
        """Whether an instant or a whole span lies inside."""
        if isinstance(what, Span):
            return self.start <= what.start and what.end <= self.end
        return self.start <= what < self.end

    def intersection(self, other: "Span") -> "Span | None":
        """The time they share, or None."""
        return Span(max(self.start, other.start), min(self.end, other.end)) if self.overlaps(other) else None

    def widened(self, minutes: int) -> "Span":
        """The same span with so many minutes more on both sides."""
        more = timedelta(minutes=minutes)
        return Span(self.start - more, self.end + more)


def zone_named(name: str, field: str | None = None) -> ZoneInfo:
    """The IANA time zone of that name; Invalid when there is none."""
    try:
        if name not in NO_PLACES:
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    raise Invalid("Choose a time zone from the list, such as America/New_York.", field)


def local_instant(day: date, at: time, zone: ZoneInfo | str) -> datetime:
    """The UTC instant of a time on the wall; when the clocks go back and it comes twice, the first.

    Invalid when that time does not exist (the hour skipped as clocks go forward) or the year is outside 2000–2100.
    """
    zone = zone_named(zone) if isinstance(zone, str) else zone
    check_year(day)
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall:
        raise Invalid(
            "%(time)s on %(day)s does not exist in %(zone)s: the clocks go forward then. Choose a time before or after.",
            time=at,
            day=day,
            zone=zone.key,
        )
    return instant


def local_day(moment: datetime, zone: ZoneInfo | str) -> date:
    """The calendar day it is at that instant in that place."""
    return moment.astimezone(zone_named(zone) if isinstance(zone, str) else zone).date()


def local_days(span: Span, zone: ZoneInfo | str) -> tuple[date, date]:
    """The first and last local day a span touches; ending at midnight does not touch the new day."""
    return local_day(span.start, zone), local_day(span.end - timedelta(microseconds=1), zone)


def day_span(day: date, zone: ZoneInfo | str) -> Span:
    """A calendar day of a place: 23, 24 or 25 hours."""
    check_year(day)
    return Span(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def week_start(day: date) -> date:
    """The Monday of that day's week."""
    return day - timedelta(days=day.weekday())


def workweek(day: date, zone: ZoneInfo | str) -> Span:
    """The fixed workweek a day falls in: Monday 00:00 to Monday 00:00 on the wall (29 CFR 778.105)."""
    check_year(day)
    monday = week_start(day)
    return Span(_midnight(monday, zone), _midnight(monday + timedelta(days=7), zone))


def check_year(day: date, field: str | None = None) -> None:
    """Invalid outside 2000–2100: years 1 and 9999 are typing mistakes, and arithmetic near them overflows."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid("The date must be between %(first)s and %(last)s.", field, first=FIRST_YEAR, last=LAST_YEAR)


def _midnight(day: date, zone: ZoneInfo | str) -> datetime:
    # Where clocks go forward at midnight itself, the day begins at the jump: reading the missing 00:00 with the
    # offset from before it (fold=0) is exactly that instant.
    zone = zone_named(zone) if isinstance(zone, str) else zone
    return datetime.combine(day, time()).replace(tzinfo=zone).astimezone(UTC)
