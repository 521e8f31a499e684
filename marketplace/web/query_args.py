"""Arguments of the address: filters of lists. An argument that cannot be read counts as not given."""

import re
from collections.abc import Collection
from datetime import date

from flask import request

from marketplace.kernel import BIGGEST_KEY, digits

LONGEST_WORDS = 80
"""Characters that are read of what somebody looks for."""


def asked_word(name: str, known: Collection[str] | None = None) -> str:
    """The text of a filter without control characters; with `known`, one of these or nothing."""
    text = "".join(c for c in request.args.get(name, "") if c.isprintable())[:LONGEST_WORDS].strip()
    return text if known is None or text in known else ""


def asked_day(name: str) -> date | None:
    """A day as 2026-11-24, between 2000 and 2100."""
    text = request.args.get(name, "")
    if not re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def asked_number(name: str) -> int | None:
    """A whole number without sign, small enough for a key."""
    return digits(request.args.get(name, ""), BIGGEST_KEY)
