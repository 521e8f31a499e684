"""Money in whole cents: what a line of work costs, how a sum is shared out, how it is typed and printed."""

import re
from collections.abc import Sequence

from marketplace.kernel.errors import Invalid
from marketplace.kernel.phrasing.figures import dollars, duration, hours_and_minutes

__all__ = ["MOST_CENTS", "dollars", "duration", "hours_and_minutes", "line_amount", "parse_dollars", "split"]

MOST_CENTS = 999_999_999  # $9,999,999.99: far above any line here and safely inside a 32-bit column

_DOLLARS = re.compile(r"\$?\s?([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?")


def line_amount(minutes: int, rate_cents: int) -> int:
    """Cents for minutes of work at a rate in cents per hour, rounded half up once: 20 min at $65.00 is $21.67.

    Negative minutes or rates raise ValueError: a correction is the exact mirror of a line, never a new calculation.
    """
    if minutes < 0 or rate_cents < 0:
        raise ValueError("minutes and rates are never negative")
    return (2 * minutes * rate_cents + 60) // 120


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share out cents in proportion to the weights by largest remainder; the shares always sum to the total.

    Equal remainders go to the earlier share. No weights, a negative weight or only zeros raise ValueError.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("a sum can only be shared by weights that are positive together")
    if total < 0:
        return [-share for share in split(-total, weights)]
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def parse_dollars(text: str, field: str | None = None) -> int:
    """Typed dollars as cents. Anything but plain digits with at most two decimals raises Invalid; nothing is rounded."""
    match = _DOLLARS.fullmatch(text.strip())
    if match is None:
        raise Invalid("Write the amount in dollars with at most two decimals, such as 42.50.", field)
    whole, decimals = match.groups()
    cents = int(whole.replace(",", "")) * 100 + int((decimals or "").ljust(2, "0"))
    if cents > MOST_CENTS:
        raise Invalid("The amount must be at most %(most)s.", field, most=dollars(MOST_CENTS))
    return cents
