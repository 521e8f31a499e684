"""Values of a phrase that read otherwise in another language: names, moments, stretches of time."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time

from marketplace.kernel.phrasing.figures import Dollars, Hours, Length

__all__ = [
    "ENGLISH",
    "N_",
    "Clock",
    "Coded",
    "Dollars",
    "Hours",
    "Language",
    "Length",
    "LocalSpan",
    "Month",
    "Named",
    "Translated",
    "Weekday",
    "When",
    "clock_time",
    "date_at",
    "long_day",
    "named",
    "place_name",
    "short_day",
    "zone_name",
]  # fmt: skip

_ONE_DAY = timedelta(days=1)


class Language(NamedTuple):
    """A language somebody reads in: its region, for days and times, and how a text of the product is said in it.

    `named` tells what is called what: `named("credential", "rn-license")` is its name; without one a code stays a code.
    """

    region: str
    said: Callable[[str], str]
    named: Callable[[str, str], str] = lambda _of, code: code

    @property
    def spanish(self) -> bool:
        """Whether it is Spanish, the other language than English."""
        return self.region.startswith("es")


ENGLISH = Language("en_US", lambda text: text)


def N_(text: str) -> str:  # noqa: N802 - as gettext calls it
    """Marks a text for the catalogue; it is translated when it is read."""
    return text


def clock_time(at: time, language: Language) -> str:
    """9:00 am; 9:00 a.m."""
    text = format_time(at, "h:mm a", locale=language.region)
    return text.replace("\u202f", " ").replace("\xa0", " ").lower()


def short_day(day: date, language: Language) -> str:
    """Nov 24, 2026; 24 nov 2026"""
    return str(format_date(day, "medium", locale=language.region))


def long_day(day: date, language: Language) -> str:
    """November 24, 2026; 24 de noviembre de 2026"""
    return str(format_date(day, "long", locale=language.region))


CALLED_ELSE = {"Asia/Manila": "PHT"}
"""Letters that mean another zone to a reader in the US: in Manila it is PST too."""


def zone_name(at: datetime, zone: str) -> str:
    """CST, as it is called at that moment; UTC-5 where a zone has no letters of its own. Pages and letters agree on it."""
    name = CALLED_ELSE.get(zone) or at.astimezone(ZoneInfo(zone)).tzname() or zone
    if name[0] not in "+-":
        return name
    whole, rest = name[1:3].lstrip("0") or "0", name[3:]
    return f"UTC{name[0]}{whole}{':' + rest if rest else ''}"


class Weekday(NamedTuple):
    """A day with its weekday and without its year: Mon Nov 23."""

    day: date

    def read(self, language: Language) -> str:
        """Mon Nov 23; lun 23 nov"""
        return format_date(self.day, "EEE d MMM" if language.spanish else "EEE MMM d", locale=language.region)


class Named(NamedTuple):
    """Something with a name in both languages, such as a kind of work."""

    english: str
    spanish: str

    def read(self, language: Language) -> str:
        """Its name in that language."""
        return self.spanish if language.spanish else self.english


class Translated(Protocol):
    """A row with a name in both languages."""

    @property
    def name(self) -> str: ...

    @property
    def name_es(self) -> str: ...


def named(thing: Translated) -> Named:
    """The name of a row of the catalogue, for a sentence."""
    return Named(thing.name, thing.name_es)


class Month(NamedTuple):
    """A month, by its first day: November 2026; noviembre 2026."""

    first: date

    def read(self, language: Language) -> str:
        """Its name and year in that language."""
        return format_date(self.first, "LLLL y", locale=language.region)


class Clock(NamedTuple):
    """A moment as the clocks of a place show it: 8:50 am CST."""

    at: datetime
    zone: str

    def read(self, language: Language) -> str:
        """8:50 am CST; 8:50 a. m. CST"""
        local = self.at.astimezone(ZoneInfo(self.zone))
        return f"{clock_time(local.time(), language)} {zone_name(self.at, self.zone)}"


def date_at(at: datetime, zone: str) -> date:
    """The day a moment falls on at a place."""
    return at.astimezone(ZoneInfo(zone)).date()


class When(NamedTuple):
    """A moment with its day as a place shows it, or a stretch up to `until`: Mon, Nov 30, 9:00 am – 5:00 pm CST."""

    at: datetime
    zone: str
    until: datetime | None = None

    def read(self, language: Language) -> str:
        """Mon, Nov 30, 9:00 am CST; lun 30 nov, 9:00 a.m. CST"""
        local = self.at.astimezone(ZoneInfo(self.zone))
        clock = clock_time(local.time(), language)
        if self.until is not None:
            clock += f" – {clock_time(self.until.astimezone(ZoneInfo(self.zone)).time(), language)}"
        pattern = "EEE d MMM" if language.spanish else "EEE, MMM d"
        return f"{format_datetime(local, pattern, locale=language.region)}, {clock} {zone_name(self.at, self.zone)}"


class LocalSpan(NamedTuple):
    """From one moment to another on the wall of a place; PST alone might be Manila's too, so the place is named."""

    start: datetime
    end: datetime
    zone: str

    def read(self, language: Language) -> str:
        """Dec 1, 2026, 10:00 pm to 6:00 am (Manila); the last day too where it is not the first or the next one."""
        place = ZoneInfo(self.zone)
        start, end = self.start.astimezone(place), self.end.astimezone(place)
        until = clock_time(end.time(), language)
        if end.date() - start.date() > _ONE_DAY or self.end - self.start > _ONE_DAY:
            until = f"{short_day(end.date(), language)}, {until}"
        begins = f"{short_day(start.date(), language)}, {clock_time(start.time(), language)}"
        text = language.said(N_("%(start)s to %(end)s (%(place)s)"))
        return text % {"start": begins, "end": until, "place": place_name(self.zone)}


def place_name(zone: str) -> str:
    """The place a time zone is called by: America/Los_Angeles is Los Angeles."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


class Coded(NamedTuple):
    """A code that is read as a name: of a language, a country, or a row of the catalogue."""

    of: str
    code: str

    def read(self, language: Language) -> str:
        """Spanish, for the language `es`; a code that nobody named stays."""
        match self.of:
            case "language":
                return str(Locale.parse(language.region).languages.get(self.code, self.code))
            case "country":
                return str(Locale.parse(language.region).territories.get(self.code, self.code))
            case _:
                return language.named(self.of, self.code)
