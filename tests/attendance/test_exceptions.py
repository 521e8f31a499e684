"""What is unusual about hours is shown before they are approved."""

from datetime import timedelta

import pytest

from marketplace.attendance.exceptions import exceptions
from marketplace.attendance.worked_time import worked
from marketplace.kernel import Span
from marketplace.timesheets.rules import ExceptionCode
from tests.attendance.presses import EIGHT, IN, OUT, PAUSE, RESUME, Press, presses


def codes(row: list[Press], manual: bool = False) -> list[ExceptionCode]:
    plan = Span(EIGHT, EIGHT + timedelta(hours=8))
    return [remark.code for remark in exceptions(plan, worked(row), manual)]


def test_an_ordinary_day_with_lunch_is_clean():
    assert codes(presses((IN, 5), (PAUSE, 240), (RESUME, 270), (OUT, 480))) == []
    assert codes(presses((IN, -10), (OUT, 484))) == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([(IN, 6), (OUT, 480)], [ExceptionCode.LATE]),
        ([(IN, 0), (OUT, 496)], [ExceptionCode.OVER_PLAN]),
        ([(IN, 0), (OUT, 464)], [ExceptionCode.UNDER_PLAN]),
        ([(IN, 0), (PAUSE, 200), (RESUME, 261), (OUT, 480)], [ExceptionCode.LONG_BREAK]),
        ([(IN, 0)], [ExceptionCode.MISSING_PUNCH]),
        ([], [ExceptionCode.MISSING_PUNCH]),
        ([(IN, 30), (OUT, 400)], [ExceptionCode.LATE, ExceptionCode.UNDER_PLAN]),
    ],
)
def test_what_is_unusual_is_shown_before_approval(row, expected):
    assert codes(presses(*row)) == expected


def test_hours_entered_by_hand_are_always_looked_at():
    row = presses((IN, 0), (OUT, 480))
    assert codes(row, manual=True) == [ExceptionCode.MANUAL_ENTRY]
    remark = exceptions(Span(EIGHT, EIGHT + timedelta(hours=8)), worked(presses((IN, 12), (OUT, 480))))[0]
    assert (remark.code, remark.minutes, remark.kept) == (ExceptionCode.LATE, 12, "late:12")
