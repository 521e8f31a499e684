# mypy: disallow-subclassing-any=False
"""Fields for amounts of money and whole numbers."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.kernel import MOST_CENTS, dollars, parse_dollars
from marketplace.web.fields.typed import Typed

BIGGEST = 2**31 - 1  # what an integer column holds


class DollarAmount(Typed):
    """An amount in dollars; `data` is whole cents between `least` and `most` (cents)."""

    longest = 20

    def __init__(
        self, label: Any = None, validators: Any = None, *, least: int = 0, most: int = MOST_CENTS, **options: Any
    ) -> None:
        options.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label, validators, **options)
        self.least, self.most = least, min(most, MOST_CENTS)

    def read(self, text: str) -> int:
        cents = parse_dollars(text, self.name)
        if not self.least <= cents <= self.most:
            raise ValueError(
                _l("The amount must be from %(least)s to %(most)s.", least=dollars(self.least), most=dollars(self.most))
            )
        return cents

    def shown(self, value: Any) -> str:
        return f"{value // 100}.{value % 100:02d}"


class WholeNumber(Typed):
    """A whole number in plain digits, from `least` to `most`."""

    longest = 12

    def __init__(
        self, label: Any = None, least: int = 0, most: int = BIGGEST, validators: Any = None, **options: Any
    ) -> None:
        options.setdefault("render_kw", {"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(label, validators, **options)
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        digits = text.strip()
        if not re.fullmatch(r"-?[0-9]{1,10}", digits) or not self.least <= int(digits) <= self.most:
            raise ValueError(
                _l("Write a whole number from %(least)s to %(most)s.", least=f"{self.least:,}", most=f"{self.most:,}")
            )
        return int(digits)
