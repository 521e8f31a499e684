"""Sentences in the reader's own language, for letters and notices that leave without a page around them."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.support import NullTranslations, Translations

from marketplace.config import ROOT

Words = Callable[..., str]


def words_in(locale: str) -> Words:
    """`_("Hello %(name)s", name=…)` in one language."""

    def said(sentence: str, **values: Any) -> str:
        found = str(_catalogue(locale).gettext(sentence))
        return found % values if values else found

    return said


def day_in(day: date, locale: str) -> str:
    """Nov 24, 2026"""
    return format_date(day, "medium", locale="es_US" if locale == "es" else "en_US")


def moment_in(at: datetime, zone: str, locale: str) -> str:
    """Nov 24, 2026, 9:00 am CST"""
    local = at.astimezone(ZoneInfo(zone))
    clock = format_datetime(local, "h:mm a", tzinfo=ZoneInfo(zone), locale="es_US" if locale == "es" else "en_US")
    return f"{day_in(local.date(), locale)}, {clock.lower().replace(chr(0x202F), ' ')} {local.tzname()}"


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(ROOT / "marketplace" / "translations", [locale])
