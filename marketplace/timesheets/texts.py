"""What the codes of the clock and the timesheet read like, and times as the facility's wall clock shows them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from marketplace.timesheets.exceptions import ExceptionCode
from marketplace.timesheets.worked_time import PunchKind


def exception_words(kept: str) -> str:
    """`over_plan:48` as a person reads it."""
    code, _colon, minutes = kept.partition(":")
    return str(_exception(code, minutes))


def _exception(code: str, minutes: str) -> Any:
    match code:
        case ExceptionCode.LATE:
            return _("%(minutes)s min late", minutes=minutes)
        case ExceptionCode.OVER_PLAN:
            return _("%(minutes)s min over plan", minutes=minutes)
        case ExceptionCode.UNDER_PLAN:
            return _("%(minutes)s min under plan", minutes=minutes)
        case ExceptionCode.LONG_BREAK:
            return _("Break of %(minutes)s min", minutes=minutes)
        case ExceptionCode.MISSING_PUNCH:
            return _("Punch missing")
        case ExceptionCode.MANUAL_ENTRY:
            return _("Entered by hand")
        case _:
            return code


def punch_words(kind: PunchKind) -> str:
    """What pressing the button is called afterwards."""
    words = {
        PunchKind.IN: _("Clocked in"),
        PunchKind.BREAK_START: _("Break started"),
        PunchKind.BREAK_END: _("Break ended"),
        PunchKind.OUT: _("Clocked out"),
    }
    return str(words[kind])


def wall_clock(at: datetime, zone: str) -> str:
    """8:50 am CST, for refusals, which come from far away of any page."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%-I:%M} {'am' if local.hour < 12 else 'pm'} {local.tzname()}"
