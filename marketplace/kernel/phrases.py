"""Sentences that are worded when somebody reads them, in the language of whoever reads.

The domain says what is wrong as a template of the catalogue and what stands in its blanks, and knows no language:

    Phrase("You can clock in from %(time)s on.", time=Clock(opens, zone))

The application says once, with `read_in`, who reads. Where nobody does (a command, a worker), it is English.

What is kept to be read later is kept as a record, plain JSON, and read in the language of whoever reads it then:

    Phrase.from_record(phrase.as_record()) == phrase
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, Self, runtime_checkable
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.template, self.values) == (other.template, other.values)

    def __hash__(self) -> int:
        return hash(self.template)

    def __repr__(self) -> str:
        return (
            f"Phrase({', '.join([repr(self.template), *(f'{name}={value!r}' for name, value in self.values.items())])})"
        )

    def as_record(self) -> dict[str, Any]:
        """As plain JSON, to be kept. Raises TypeError for a value that cannot be kept."""
        values = {name: kept(value) for name, value in self.values.items()}
        return {"text": self.template} | ({"values": values} if values else {})

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The phrase that was kept as this record. Raises KeyError for what is no record of one."""
        return cls(record["text"], **{name: unkept(value) for name, value in record.get("values", {}).items()})


class Named(NamedTuple):
    """What has a name in both languages, such as a kind of work."""

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
    """What a row of the catalogue is called, for a sentence."""
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
        return f"{_time(local.time(), language)} {local.tzname()}"


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
        clock = _time(local.time(), language)
        if self.until is not None:
            clock += f" – {_time(self.until.astimezone(ZoneInfo(self.zone)).time(), language)}"
        pattern = "EEE d MMM" if language.spanish else "EEE, MMM d"
        return f"{format_datetime(local, pattern, locale=language.region)}, {clock} {local.tzname()}"


class Row:
    """Several things after one another: a, b and c. With `between`, only that stands between them."""

    def __init__(self, things: Iterable[object], between: str | None = None) -> None:
        self.things, self.between = list(things), between

    def read(self, language: Language) -> str:
        """All of them in that language."""
        words = [worded(thing, language) for thing in self.things]
        return format_list(words, locale=language.region) if self.between is None else self.between.join(words)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and (self.things, self.between) == (other.things, other.between)

    __hash__ = None  # type: ignore[assignment]


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


def kept(value: object) -> Any:
    """A value of a phrase as plain JSON: words and numbers as they are, all else with its kind beside it.

    Raises TypeError for what cannot be kept, such as a moment without a place.
    """
    match value:
        case Phrase():
            return value.as_record()
        case Named():
            return {"en": value.english, "es": value.spanish}
        case Month():
            return {"month": value.first.isoformat()}
        case Clock():
            return {"clock": value.at.isoformat(), "zone": value.zone}
        case When():
            until = value.until and value.until.isoformat()
            return {"when": value.at.isoformat(), "zone": value.zone, "until": until}
        case Row():
            return {"row": [kept(thing) for thing in value.things], "between": value.between}
        case None | bool() | int() | float():
            return value
        case str() | Decimal():
            return str(value)
        case date() if not isinstance(value, datetime):
            return {"day": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case _:
            raise TypeError(f"{type(value).__name__} cannot be kept in a phrase")


def unkept(value: Any) -> object:
    """The value that was kept as this JSON. Raises ValueError for a kind nobody knows."""
    match value:
        case {"text": str()}:
            return Phrase.from_record(value)
        case {"en": str(english), "es": str(spanish)}:
            return Named(english, spanish)
        case {"month": str(first)}:
            return Month(date.fromisoformat(first))
        case {"clock": str(at), "zone": str(zone)}:
            return Clock(datetime.fromisoformat(at), zone)
        case {"when": str(at), "zone": str(zone), "until": until}:
            return When(datetime.fromisoformat(at), zone, until and datetime.fromisoformat(until))
        case {"row": list(things), "between": between}:
            return Row(map(unkept, things), between)
        case {"day": str(day)}:
            return date.fromisoformat(day)
        case {"time": str(at)}:
            return time.fromisoformat(at)
        case dict() | list():
            raise ValueError(f"nobody knows how to read {value!r}")
        case _:
            return value


def reread(record: dict[str, Any] | None, written: str) -> str:
    """What a record says to whoever reads it now; without a record, what was written at the time."""
    return str(Phrase.from_record(record)) if record else written


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
