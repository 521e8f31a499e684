"""How figures, days and times read on a page, in the reader's language and the facility's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime as babel_datetime
from flask import Flask
from flask_babel import format_date, get_locale

from marketplace.kernel.money import dollars, hours_and_minutes
from marketplace.kernel.spans import Span


def initials(name: str) -> str:
    """Maya Torres → MT; Devon Blake, RN → DB."""
    words = [word for word in name.split(",")[0].split() if word[:1].isalpha()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


def _locale() -> str:
    """Spanish readers here are in the US: dollars stay dollars."""
    return "es_US" if str(get_locale()).startswith("es") else "en_US"


def _at(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def day(value: date | datetime, zone: str | None = None) -> str:
    """Tue, Nov 24"""
    local = _at(value, zone) if isinstance(value, datetime) and zone else value
    return str(format_date(local, "EEE, MMM d" if _locale() == "en_US" else "EEE d MMM"))


def long_day(value: date) -> str:
    """Tuesday, November 24, 2026"""
    return str(format_date(value, "full"))


def short_date(value: date | datetime | None) -> str:
    """Nov 24, 2026; a dash for nothing."""
    return format_date(value, "medium") if value else "–"


def clock(moment: datetime, zone: str) -> str:
    """9:00 am"""
    return babel_datetime(moment, "h:mm a", tzinfo=ZoneInfo(zone), locale=_locale()).lower().replace("\u202f", " ")


def zone_name(moment: datetime, zone: str) -> str:
    """CST, as it is called at that moment."""
    return _at(moment, zone).tzname() or zone


def times(span: Span, zone: str) -> str:
    """9:00 am – 5:00 pm CST (+1 day when it ends on another day)"""
    start, end = _at(span.start, zone), _at(span.end, zone)
    later = (end.date() - start.date()).days
    text = f"{clock(span.start, zone)} – {clock(span.end, zone)} {zone_name(span.start, zone)}"
    return f"{text} (+1)" if later else text


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """Nov 24, 2026, 9:00 am CST; a dash for nothing."""
    if value is None:
        return "–"
    local = _at(value, zone)
    return f"{format_date(local, 'medium')}, {clock(value, zone)} {zone_name(value, zone)}"


def since(then: datetime, now: datetime) -> str:
    """1:12 – hours and minutes that have passed."""
    return hours_and_minutes(max(0, int((now - then).total_seconds() // 60)))


def hours(minutes: int) -> str:
    """20.25 h reads better than 20:15 where hours are counted, not clocked."""
    return f"{minutes / 60:,.2f}".rstrip("0").rstrip(".")


def register(app: Flask) -> None:
    """Make them known to every template."""
    read = (
        initials,
        day,
        long_day,
        short_date,
        clock,
        zone_name,
        times,
        moment,
        since,
        hours,
        dollars,
        hours_and_minutes,
    )
    for function in read:
        app.add_template_filter(function)
