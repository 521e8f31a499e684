"""Sentences that are worded when somebody reads them, in the language of their reader.

The domain says what is wrong as a template of the catalogue and what stands in its blanks, and knows no language:

    Phrase("You can clock in from %(time)s on.", time=Clock(opens, zone))

The application says once, with `read_in`, who reads. Where nobody does (a command, a worker), it is English.

What is kept to be read later is kept as a record, plain JSON, and read in the language of its reader then:

    Phrase.from_record(phrase.as_record()) == phrase
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Protocol, Self, runtime_checkable

from babel.lists import format_list

from marketplace.kernel.phrasing.phrase_values import (
    ENGLISH,
    N_,
    Clock,
    Coded,
    Dollars,
    Hours,
    Language,
    Length,
    LocalSpan,
    Month,
    Named,
    Translated,
    Weekday,
    When,
    clock_time,
    date_at,
    long_day,
    named,
    place_name,
    short_day,
    zone_name,
)

__all__ = [
    "ENGLISH",
    "N_",
    "Clock",
    "Coded",
    "Dollars",
    "Hours",
    "JoinedList",
    "Language",
    "Length",
    "LocalSpan",
    "Month",
    "Named",
    "Phrase",
    "Readable",
    "Translated",
    "Weekday",
    "When",
    "as_written",
    "called",
    "current_reader",
    "date_at",
    "kept",
    "long_day",
    "named",
    "place_name",
    "reread",
    "set_language_source",
    "together",
    "unkept",
    "worded",
    "zone_name",
]  # fmt: skip

_EACH = "%(each)s"
_SOUNDS_I = re.compile(r"h?[ií](?!e)", re.IGNORECASE)


@runtime_checkable
class Readable(Protocol):
    """Something that is worded for its reader."""

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
        return self.read(current_reader())

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


def counted(count: int, one: str, many: str, /, **values: object) -> Phrase:
    """`one` for 1, else `many` with `count` in it. Both are texts of the catalogue, marked with N_."""
    return Phrase(one, **values) if count == 1 else Phrase(many, count=count, **values)


class JoinedList:
    """Several things after one another: a, b and c. With `between`, only that stands between them."""

    def __init__(self, things: Iterable[object], between: str | None = None) -> None:
        self.things, self.between = list(things), between

    def read(self, language: Language) -> str:
        """All of them in that language."""
        words = [worded(thing, language) for thing in self.things]
        if self.between is not None:
            return self.between.join(words)
        listed = format_list(words, locale=language.region)
        if language.spanish and len(words) > 1 and _SOUNDS_I.match(words[-1]):  # español e italiano
            last = len(listed) - len(words[-1])
            listed = f"{listed[:last].removesuffix(' y ')} e {words[-1]}"
        return listed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JoinedList) and (self.things, self.between) == (other.things, other.between)

    __hash__ = None  # type: ignore[assignment]


def together(parts: Sequence[object], between: str = " ") -> Phrase:
    """Several sentences, names or days, one after another, as one phrase."""
    first = parts[0]
    return first if len(parts) == 1 and isinstance(first, Phrase) else Phrase(_EACH, each=JoinedList(parts, between))


def as_written(text: str) -> Phrase:
    """Words somebody wrote, in whatever language: they are read as they are."""
    return Phrase(_EACH, each=text)


def worded(value: object, language: Language) -> str:
    """A value as it stands in a sentence of that language: Nov 24, 2026; 9:00 am; what is no day and no time as it is."""
    match value:
        case datetime():
            raise TypeError("a moment needs a place: use Clock")
        case date():
            return short_day(value, language)
        case time():
            return clock_time(value, language)
        case Readable():
            return value.read(language)
        case _:
            return str(value)


def kept(value: object) -> Any:  # noqa: PLR0911 - one case for each kind of value
    """A value of a phrase as plain JSON: words and numbers as they are, all else with its kind beside it.

    Raises TypeError for what cannot be kept, such as a moment without a place.
    """
    match value:
        case Phrase():
            return value.as_record()
        case Named():
            return {"en": value.english, "es": value.spanish}
        case LocalSpan():
            return {"from": value.start.isoformat(), "to": value.end.isoformat(), "zone": value.zone}
        case Coded():
            return {"code": value.code, "of": value.of}
        case Dollars() | Hours() | Length():
            return {type(value).__name__.lower(): value[0]}
        case Month() | Weekday():
            return {type(value).__name__.lower(): value[0].isoformat()}
        case Clock():
            return {"clock": value.at.isoformat(), "zone": value.zone}
        case When():
            until = value.until and value.until.isoformat()
            return {"when": value.at.isoformat(), "zone": value.zone, "until": until}
        case JoinedList():
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


def unkept(value: Any) -> object:  # noqa: PLR0911, PLR0912 - one case for each kind of value
    """The value that was kept as this JSON. Raises ValueError for a kind nobody knows."""
    match value:
        case {"text": str()}:
            return Phrase.from_record(value)
        case {"en": str(english), "es": str(spanish)}:
            return Named(english, spanish)
        case {"from": str(start), "to": str(end), "zone": str(zone)}:
            return LocalSpan(datetime.fromisoformat(start), datetime.fromisoformat(end), zone)
        case {"code": str(code), "of": str(of)}:
            return Coded(of, code)
        case {"dollars": int(cents)}:
            return Dollars(cents)
        case {"hours": int(minutes)}:
            return Hours(minutes)
        case {"length": int(minutes)}:
            return Length(minutes)
        case {"month": str(day)} | {"weekday": str(day)}:
            return (Month if "month" in value else Weekday)(date.fromisoformat(day))
        case {"clock": str(at), "zone": str(zone)}:
            return Clock(datetime.fromisoformat(at), zone)
        case {"when": str(at), "zone": str(zone), "until": until}:
            return When(datetime.fromisoformat(at), zone, until and datetime.fromisoformat(until))
        case {"row": list(things), "between": between}:
            return JoinedList(map(unkept, things), between)
        case {"day": str(day)}:
            return date.fromisoformat(day)
        case {"time": str(at)}:
            return time.fromisoformat(at)
        case dict() | list():
            raise ValueError(f"nobody knows how to read {value!r}")
        case _:
            return value


def reread(record: dict[str, Any] | None, written: str) -> str:
    """The words of a record for its present reader; without a record, the text written at the time."""
    return str(Phrase.from_record(record)) if record else written


def called(thing: Translated | Named) -> str:
    """The name of a row of the catalogue, in the reader's language."""
    name = thing if isinstance(thing, Named) else named(thing)
    return name.read(current_reader())


def current_reader() -> Language:
    """The language of the present reader."""
    return _asked() if _asked is not None else ENGLISH


def set_language_source(asked: Callable[[], Language]) -> None:
    """From now on `asked` says who reads. Called by the application, when it is put together."""
    global _asked
    _asked = asked


_asked: Callable[[], Language] | None = None
