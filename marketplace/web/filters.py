"""Figures, days and times as they read on a page, in the reader's language and the facility's zone."""

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask import Flask
from flask_babel import format_date, get_timezone, ngettext

from marketplace.kernel import Span, dollars, duration, hours_and_minutes, now, place_name, zone_name
from marketplace.kernel.phrasing import phrases
from marketplace.web.locales import reader_locale
from marketplace.web.tags import state_tag


def initials(name: str) -> str:
    """Maya Torres → MT; Devon Blake, RN → DB."""
    words = [word for word in name.split(",")[0].split() if word[:1].isalpha()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


def _at(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _own_zone() -> str:
    """The reader's own zone, where no place has a say."""
    return str(get_timezone() or "UTC")


def _date_of(value: date | datetime, zone: str | None = None) -> date:
    """The day a moment falls on in that zone. Flask-Babel would move a moment into the reader's zone once more."""
    return _at(value, zone or _own_zone()).date() if isinstance(value, datetime) else value


def day(value: date | datetime, zone: str | None = None) -> str:
    """Tue, Nov 24"""
    return str(format_date(_date_of(value, zone), "EEE, MMM d" if reader_locale() == "en_US" else "EEE d MMM"))


def long_day(value: date) -> str:
    """Tuesday, November 24, 2026"""
    return str(format_date(value, "full"))


def short_date(value: date | datetime | None, zone: str | None = None) -> str:
    """Nov 24, 2026; a dash for nothing."""
    return format_date(_date_of(value, zone), "medium") if value else "–"


def clock(moment: datetime, zone: str) -> str:
    """9:00 am"""
    local = _at(moment, zone)
    return _clock(local.hour, local.minute, reader_locale())


@cache
def _clock(hour: int, minute: int, locale: str) -> str:
    return format_time(time(hour, minute), "h:mm a", locale=locale).lower().replace("\u202f", " ")


def zone_words(zone: str, short: object = False) -> str:
    """Chicago (CST): a zone as people name it, by its place and its clocks now; `short` where a town stands by."""
    place = place_name(zone)
    name = zone_name(now(), zone)
    return name if short or place == name else f"{place} ({name})"


def times(span: Span, zone: str) -> str:
    """9:00 am – 5:00 pm CST (+1 day when it ends on another day)"""
    start, end = _at(span.start, zone), _at(span.end, zone)
    later = (end.date() - start.date()).days
    text = f"{clock(span.start, zone)} – {clock(span.end, zone)} {zone_name(span.start, zone)}"
    return f"{text} (+1)" if later else text


def moment(value: datetime | None, zone: str | None = None) -> str:
    """Nov 24, 2026, 9:00 am CST; a dash for nothing. Without a zone, as the reader's own clock shows it."""
    if value is None:
        return "–"
    where = zone or _own_zone()
    return f"{short_date(value, where)}, {clock(value, where)} {zone_name(value, where)}"


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
            ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
           ("Mac OS X", "Mac"), ("Linux", "Linux"))  # fmt: skip


def browser(user_agent: str) -> str:
    """Chrome, Android: what a browser calls itself, as far as a person would know it again."""
    found = [next((name for sign, name in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or user_agent


def since(then: datetime, now: datetime) -> str:
    """1 h 12 min that have passed."""
    return duration(max(0, int((now - then).total_seconds() // 60)))


def how_long(minutes: int) -> str:
    """27 min, 3 h, 3 h 20 min, 2 days: a stretch of time as people say it; from two days on the hours do not matter."""
    days = minutes // 1440
    return str(ngettext("%(num)d day", "%(num)d days", days)) if days >= 2 else duration(minutes)


def worded(value: object) -> str:
    """A value of a phrase in the reader's language."""
    return phrases.worded(value, phrases.current_reader())


def credential_name(code: str) -> str:
    """The catalogue's name of a type of credential."""
    return worded(phrases.Coded("credential", code))


def register(app: Flask) -> None:
    """Make them known to every template."""
    read = (
        browser,
        initials,
        day,
        long_day,
        short_date,
        clock,
        zone_name,
        zone_words,
        times,
        moment,
        since,
        how_long,
        duration,
        dollars,
        hours_and_minutes,
        worded,
        credential_name,
        phrases.called,
        phrases.reread,
    )
    for function in read:
        app.add_template_filter(function)
    app.jinja_env.globals["state_tag"] = state_tag
    app.jinja_env.globals["own_zone"] = lambda: zone_name(now(), _own_zone())
