"""The federal holidays of the United States, on which most clinics are closed.

5 U.S.C. 6103(a). One that falls on a Saturday is also kept on the Friday before (6103(b)), one that falls on a Sunday on the
Monday after (Executive Order 11582, section 3). Inauguration Day, kept in and around Washington alone, is left out.
"""

from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

SATURDAY, SUNDAY = 5, 6
MONDAY, THURSDAY = 0, 3

# Public Law 117-17, signed on June 17, 2021.
FIRST_JUNETEENTH = 2021


class Holiday(StrEnum):
    """The occasion of the day."""

    NEW_YEAR = "new_year"
    KING = "king"
    WASHINGTON = "washington"
    MEMORIAL = "memorial"
    JUNETEENTH = "juneteenth"
    INDEPENDENCE = "independence"
    LABOR = "labor"
    COLUMBUS = "columbus"
    VETERANS = "veterans"
    THANKSGIVING = "thanksgiving"
    CHRISTMAS = "christmas"


class Observance(NamedTuple):
    """A holiday on a day; `observed` when it falls on the weekend beside it."""

    day: date
    holiday: Holiday
    observed: bool = False


def holiday_on(day: date) -> Observance | None:
    """The holiday kept on a day, if any."""
    return federal_holidays(day.year).get(day)


@cache
def federal_holidays(year: int) -> dict[date, Observance]:
    """Every day of a year on which a holiday is kept, in order; with the new year's eve that stands for New Year's Day."""
    kept = [each for day, holiday in _by_law(year) for each in _with_observed(day, holiday)]
    kept += _with_observed(date(year + 1, 1, 1), Holiday.NEW_YEAR)
    return {each.day: each for each in sorted(kept) if each.day.year == year}


def _by_law(year: int) -> list[tuple[date, Holiday]]:
    days = [
        (date(year, 1, 1), Holiday.NEW_YEAR),
        (_nth(year, 1, MONDAY, 3), Holiday.KING),
        (_nth(year, 2, MONDAY, 3), Holiday.WASHINGTON),
        (_nth(year, 6, MONDAY, 1) - timedelta(days=7), Holiday.MEMORIAL),
        (date(year, 7, 4), Holiday.INDEPENDENCE),
        (_nth(year, 9, MONDAY, 1), Holiday.LABOR),
        (_nth(year, 10, MONDAY, 2), Holiday.COLUMBUS),
        (date(year, 11, 11), Holiday.VETERANS),
        (_nth(year, 11, THURSDAY, 4), Holiday.THANKSGIVING),
        (date(year, 12, 25), Holiday.CHRISTMAS),
    ]
    return [*days, (date(year, 6, 19), Holiday.JUNETEENTH)] if year >= FIRST_JUNETEENTH else days


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The first, second, third … such weekday of a month: `number` counts from 1, `weekday` from Monday (0)."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _with_observed(day: date, holiday: Holiday) -> list[Observance]:
    beside = {SATURDAY: -1, SUNDAY: 1}.get(day.weekday())
    kept = [Observance(day, holiday)]
    return kept if beside is None else [*kept, Observance(day + timedelta(days=beside), holiday, observed=True)]
