"""Sentences that are worded when somebody reads them, in the language of whoever reads.

The domain says what is wrong as a template of the catalogue and what stands in its blanks, and knows no language:

    Phrase("You can clock in from %(time)s on.", time=Clock(opens, zone))

The application says once, with `read_in`, who reads. Where nobody does (a command, a worker), it is English.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import NamedTuple, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.lists import format_list


class Language(NamedTuple):
    """A language somebody reads in: its region, for days and times, and how a text of the product is said in it."""

    region: str
    said: Callable[[str], str]

    @property
    def spanish(self) -> bool:
        """Whether it is Spanish, the other language than English."""
        return self.region.startswith("es")


ENGLISH = Language("en_US", lambda text: text)


@runtime_checkable
class Readable(Protocol):
    """What is worded for whoever reads it."""

    def read(self, language: Language) -> str:
        """The words in that language."""


class Phrase:
    """A text with blanks, and what stands in them: dates, times and other phrases read in the reader's language."""

    def __init__(self, template: str, /, **values: object) -> None:
        self.template, self.values = template, values

    def read(self, language: Language) -> str:
        """The words in that language. Without values nothing is filled in, so that a lone % may stand in the text."""
        found = language.said(self.template) if self.template else ""
        return found % {name: worded(value, language) for name, value in self.values.items()} if self.values else found

    def __str__(self) -> str:
        return self.read(reader())


class Named(NamedTuple):
    """What has a name in both languages, such as a kind of work."""

    english: str
    spanish: str

    def read(self, language: Language) -> str:
        """Its name in that language."""
        return self.spanish if language.spanish else self.english


class Clock(NamedTuple):
    """A moment as the clocks of a place show it: 8:50 am CST."""

    at: datetime
    zone: str

    def read(self, language: Language) -> str:
        """8:50 am CST; 8:50 a. m. CST"""
        local = self.at.astimezone(ZoneInfo(self.zone))
        return f"{_time(local.time(), language)} {local.tzname()}"


class Row:
    """Several things after one another: a, b and c. With `between`, only that stands between them."""

    def __init__(self, things: Iterable[object], between: str | None = None) -> None:
        self.things, self.between = list(things), between

    def read(self, language: Language) -> str:
        """All of them in that language."""
        words = [worded(thing, language) for thing in self.things]
        return format_list(words, locale=language.region) if self.between is None else self.between.join(words)


def N_(text: str) -> str:  # noqa: N802 - as gettext calls it
    """Marks a text for the catalogue; it is translated when it is read."""
    return text


def worded(value: object, language: Language) -> str:
    """A value as it stands in a sentence of that language: Nov 24, 2026; 9:00 am; what is no day and no time as it is."""
    match value:
        case datetime():
            raise TypeError("a moment needs a place: use Clock")
        case date():
            return format_date(value, "medium", locale=language.region)
        case time():
            return _time(value, language)
        case Readable():
            return value.read(language)
        case _:
            return str(value)


def _time(at: time, language: Language) -> str:
    text = format_time(at, "h:mm a", locale=language.region)
    return text.replace("\u202f", " ").replace("\xa0", " ").lower()


def reader() -> Language:
    """The language of whoever reads now."""
    return _asked() if _asked is not None else ENGLISH


def read_in(asked: Callable[[], Language]) -> None:
    """From now on `asked` says who reads. Called by the application, when it is put together."""
    global _asked
    _asked = asked


_asked: Callable[[], Language] | None = None
