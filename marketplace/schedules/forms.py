"""The forms of availability: the hours of some days, and days off."""

from flask_babel import lazy_gettext as _l

from marketplace.coordinators.rules import WEEKDAYS
from marketplace.coordinators.texts import weekday_name
from marketplace.web.forms import Choices, ClockTime, Day, Form, Words


def weekdays() -> list[tuple[str, str]]:
    """Monday to Sunday, short."""
    return [(str(day), weekday_name(day, "abbreviated")) for day in range(len(WEEKDAYS))]


class HoursForm(Form):
    """The hours of some days of the typical week."""

    days = Choices(_l("On these days"), choices=weekdays, required=True)
    start = ClockTime(_l("From"))
    end = ClockTime(_l("To"))


class TimeOffForm(Form):
    """A day off, or several in a row."""

    first = Day(_l("Day off"))
    last = Day(_l("Last day"), required=False)
    note = Words(_l("Note to yourself"), limit=200, required=False, guard=True)
