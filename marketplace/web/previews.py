"""What a preview showed travels with its form, so that an act never does what nobody looked at."""

import re
from collections.abc import Mapping

from flask import request

from marketplace.kernel.typed import key

MOST_TICKED = 5000


def written_seen(seen: Mapping[int, tuple[int, int]]) -> str:
    """What a preview showed, as it travels in the form: `7:3:15600;9:1:4200`."""
    return ";".join(f"{key}:{lines}:{cents}" for key, (lines, cents) in sorted(seen.items()))


def read_seen(text: str) -> dict[int, tuple[int, int]]:
    """The same read back; what is damaged shows nothing, so the act is refused and the preview shown again."""
    if not re.fullmatch(r"([0-9]{1,18}:[0-9]{1,9}:[0-9]{1,18}(;|$))*", text):
        return {}
    parts = (part.split(":") for part in text.split(";") if part)
    return {int(key): (int(lines), int(cents)) for key, lines, cents in parts}


def ticked(name: str) -> list[int]:
    """The keys of the rows that were ticked; anything else in the form is no row."""
    given = request.form.getlist(name)[:MOST_TICKED]
    return [found for text in given if (found := key(text)) is not None]
