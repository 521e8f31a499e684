"""Whether a National Provider Identifier can be real, by its check digit."""

import re


def passes_luhn(digits: str) -> bool:
    """The check-digit rule of ISO/IEC 7812 over a string of ASCII digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_valid_npi(text: str) -> bool:
    """Ten digits, the first 1 or 2, Luhn over 80840 + number (45 CFR 162.406; CMS check digit calculation)."""
    return re.fullmatch(r"[12][0-9]{9}", text) is not None and passes_luhn("80840" + text)
