# mypy: disallow-subclassing-any=False
"""Fields for days and times of day."""

import re
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.widgets import DateInput, TimeInput

from marketplace.web.fields.typed import Typed


class Day(Typed):
    """A day of the calendar, as the browser's date input sends it: 2026-11-24."""

    widget = DateInput()
    longest = 10

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        earliest: date = date(1950, 1, 1),
        latest: date = date(2100, 12, 31),
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.earliest, self.latest = earliest, latest

    def read(self, text: str) -> date:
        typed = text.strip()
        try:
            day = date.fromisoformat(typed) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed) else None
        except ValueError:
            day = None
        if day is None:
            raise ValueError(_l("This is not a date of the calendar. Write it like 2026-11-24."))
        if not self.earliest <= day <= self.latest:
            raise ValueError(
                _l(
                    "Choose a date from %(first)s to %(last)s.",
                    first=self.earliest.isoformat(),
                    last=self.latest.isoformat(),
                )
            )
        return day

    def shown(self, value: Any) -> str:
        return str(value.isoformat())


class ClockTime(Typed):
    """A time on the wall clock, 24 hours: 07:30. Seconds, when a browser sends them, must be zero."""

    widget = TimeInput()
    longest = 8

    def read(self, text: str) -> time:
        match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::00(?:\.0{1,3})?)?", text.strip())
        if match is None:
            raise ValueError(_l("This is not a time of day. Write it like 07:30."))
        return time(int(match[1]), int(match[2]))

    def shown(self, value: Any) -> str:
        return f"{value:%H:%M}"
