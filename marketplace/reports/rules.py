"""How figures on a first page are reckoned: shares, comparisons, the time of day somebody is greeted at."""

from collections.abc import Sequence
from datetime import date, timedelta

from marketplace.kernel import week_start

WEEKS = 12
"""So many weeks a chart goes back, this one included."""


def share(part: int, whole: int) -> int | None:
    """Whole percent, half up; None of nothing. 100 only when nothing is missing, 0 only when nothing is there."""
    if whole <= 0:
        return None
    percent = (200 * part + whole) // (2 * whole)
    if 0 < part < whole:
        return min(99, max(1, percent))
    return percent


def part_of_day(hour: int) -> str:
    """morning until noon, afternoon until five, then evening; before five in the morning it is still evening."""
    if 5 <= hour < 12:
        return "morning"
    return "afternoon" if 12 <= hour < 17 else "evening"


def mondays(today: date, weeks: int = WEEKS) -> list[date]:
    """The Mondays of the last weeks, the earliest first; the last is this week's."""
    this = week_start(today)
    return [this - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]


def month_start(day: date) -> date:
    """The first of that day's month."""
    return day.replace(day=1)


def month_before(day: date) -> date:
    """The first of the month before."""
    return month_start(month_start(day) - timedelta(days=1))


def gini(amounts: Sequence[int]) -> int | None:
    """How unequally something is spread, in hundredths: 0 when all have the same, towards 100 when one has everything.

    None of nothing. Half the mean difference between two of them, over their mean (Gini 1912), half up.
    """
    total, many = sum(amounts), len(amounts)
    if total <= 0:
        return None
    weighted = sum((2 * rank - many - 1) * amount for rank, amount in enumerate(sorted(amounts), start=1))
    return (200 * weighted + many * total) // (2 * many * total)
