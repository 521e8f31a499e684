"""Forms about hours: the reasons of those who decide, and other minutes than the clock has."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.kernel import Invalid, hours_and_minutes
from marketplace.timesheets.approvals import LONGEST_REASON as LONGEST_DECISION
from marketplace.web.forms import Form, Notes, Words


class Duration(Words):
    """Hours and minutes as a timesheet has them: 7:30. `data` is minutes."""

    empty: Any = None

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options.setdefault("render_kw", {"inputmode": "text", "autocomplete": "off"})
        super().__init__(label, validators, limit=6, **options)

    def read(self, text: str) -> int:
        match = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", text.strip())
        if match is None:
            raise Invalid(_("Write hours and minutes like 7:30."), self.name)
        return int(match[1]) * 60 + int(match[2])

    def shown(self, value: Any) -> str:
        return hours_and_minutes(value)


class DisputeForm(Form):
    """Why hours are disputed or given back."""

    reason = Notes(_l("Reason"), limit=LONGEST_DECISION)


class ChangeForm(Form):
    """Other minutes than were worked by the clock, with the reason."""

    minutes = Duration(_l("Hours to approve"), description=_l("Hours and minutes, like 7:30."))
    reason = Notes(_l("Reason"), limit=LONGEST_DECISION)
