"""Figures, days and words as another system writes them in a file: read exactly, or refused with the column named."""

import re
from collections.abc import Collection
from datetime import date, datetime, time

from marketplace.kernel.errors import Invalid
from marketplace.kernel.spans import check_year
from marketplace.kernel.text import clean_text

BIGGEST_KEY = 2**63 - 1
"""The largest number a primary key can be: BIGINT."""
BIGGEST_VERSION = 2**31 - 1
"""The largest `version` of a row: INTEGER."""


def digits(text: str, most: int) -> int | None:
    """Plain digits up to `most`; None for anything else: signs, underscores, digits of other scripts, too many of them."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)):
        return None
    found = int(text)
    return found if found <= most else None


def key(text: str | None) -> int | None:
    """A number that can be a primary key, 1 and up; None for anything else."""
    return digits(text or "", BIGGEST_KEY) or None


def whole_number(text: str, field: str, least: int, most: int) -> int:
    """Plain digits from `least` to `most`; not 1_0, not two, not 1e3."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise Invalid("Write a whole number from %(least)s to %(most)s.", field, least=least, most=most)
    return int(text)


def day(text: str, field: str) -> date:
    """2026-11-24, in a year from 2000 to 2100."""
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        found = None
    if found is None:
        raise Invalid("Write the day as 2026-11-24.", field)
    check_year(found, field)
    return found


def local_time(text: str, field: str) -> datetime:
    """2026-11-24 09:00, on the clock of the place: a moment without a zone."""
    match = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2})(?::00)?", text)
    try:
        at = time.fromisoformat(match[2]) if match else None
    except ValueError:
        at = None
    if match is None or at is None:
        raise Invalid("Write day and time as 2026-11-24 09:00.", field)
    return datetime.combine(day(match[1], field), at)


def several(text: str, field: str, known: Collection[str] | None = None, most: int = 60) -> tuple[str, ...]:
    """Words between semicolons, each once, in their order; with `known`, only these."""
    words = [clean_text(word, 80, field) for word in text.split(";")]
    found = tuple(dict.fromkeys(word for word in words if word))
    if len(found) > most:
        raise Invalid("At most %(most)s entries.", field, most=most)
    if known is not None:
        strange = [word for word in found if word not in known]
        if strange:
            raise Invalid("Unknown here: %(what)s.", field, what=", ".join(strange[:3]))
    return found


def yes_or_no(text: str, field: str) -> bool:
    """yes, no, or nothing, which is no."""
    if text.lower() not in ("yes", "no", ""):
        raise Invalid("Write yes or no.", field)
    return text.lower() == "yes"
