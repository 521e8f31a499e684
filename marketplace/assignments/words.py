"""Sentences for letters and notices: in the reader's language, with times as the clock shows them at a place."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.support import NullTranslations, Translations

from marketplace.config import ROOT
from marketplace.kernel.spans import Span
from marketplace.needs.models import Shift

Words = Callable[..., str]


def words_in(locale: str) -> Words:
    """`_("Hello %(name)s", name=…)` in one language, for letters that leave without a page around them."""

    def said(sentence: str, **values: Any) -> str:
        found = str(_catalogue(locale).gettext(sentence))
        return found % values if values else found

    return said


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(ROOT / "marketplace" / "translations", [locale])


def in_zone(when: Span | datetime, zone: str, locale: str) -> str:
    """Mon, Nov 30, 9:00 am – 5:00 pm CST; an instant alone reads Mon, Nov 30, 9:00 am CST."""
    start = when.start if isinstance(when, Span) else when
    clock = _clock(start, zone, locale)
    if isinstance(when, Span):
        clock = f"{clock} – {_clock(when.end, zone, locale)}"
    pattern = "EEE d MMM" if locale == "es" else "EEE, MMM d"
    day = format_datetime(start, pattern, tzinfo=ZoneInfo(zone), locale=_region(locale))
    return f"{day}, {clock} {start.astimezone(ZoneInfo(zone)).tzname()}"


def _clock(at: datetime, zone: str, locale: str) -> str:
    text = format_datetime(at, "h:mm a", tzinfo=ZoneInfo(zone), locale=_region(locale))
    return text.lower().replace("\u202f", " ").replace("\xa0", " ")


def _region(locale: str) -> str:
    return "es_US" if locale == "es" else "en_US"


def shift_words(_: Words, shift: Shift, locale: str) -> str:
    """Prior-Authorization at Harbor Family Medicine, Mon, Nov 30, 9:00 am – 5:00 pm CST"""
    return _(
        "%(line)s at %(facility)s, %(time)s",
        line=shift.line.name_es if locale == "es" else shift.line.name,
        facility=shift.facility.name,
        time=in_zone(shift.span, shift.time_zone, locale),
    )
