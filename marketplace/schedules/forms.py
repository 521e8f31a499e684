"""The forms of availability: the hours of some days, and days off."""

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.coordinators.rules import WEEKDAYS, WeeklyHours
from marketplace.coordinators.texts import weekday_name
from marketplace.kernel import MONDAY_TO_FRIDAY
from marketplace.web.forms import Choices, ClockTime, Day, Form, Words


def weekdays() -> list[tuple[str, str]]:
    """Monday to Sunday, short."""
    return [(str(day), weekday_name(day, "abbreviated")) for day in range(len(WEEKDAYS))]


class HoursForm(Form):
    """The hours of some days of the typical week."""

    days = Choices(_l("On these days"), choices=weekdays, required=True)
    start = ClockTime(_l("From"))
    end = ClockTime(_l("To"))


def suggested(week: tuple[WeeklyHours, ...]) -> dict[str, Any]:
    """The values of a new HoursForm: Monday to Friday with the hours of the first day that has some, or office hours."""
    first = week[0] if week else WeeklyHours(0, 9 * 60, 17 * 60)
    return {"days": [str(day) for day in MONDAY_TO_FRIDAY], "start": first.starts, "end": first.ends}


class TimeOffForm(Form):
    """A day off, or several in a row."""

    first = Day(_l("Day off"))
    last = Day(_l("Last day"), required=False)
    note = Words(_l("Note to yourself"), limit=200, required=False, guard=True)
