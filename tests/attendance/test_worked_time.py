"""What punches come to: breaks, rounding, and the weeks they fall in."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.attendance.worked_time import Problem, paid_minutes_by_week, rounded, worked
from marketplace.catalogue.lists import ROUNDINGS
from marketplace.kernel import Invalid
from marketplace.timesheets.rules import PunchKind
from tests.attendance.presses import IN, OUT, PAUSE, RESUME, Press, presses

# Breaks


@pytest.mark.parametrize(
    ("pause", "paid"), [(5, 480), (20, 480), (21, 480), (29, 480), (30, 450), (45, 435), (60, 420)]
)
def test_a_short_rest_is_paid_and_a_meal_of_thirty_minutes_is_not(pause, paid):
    work = worked(presses((IN, 0), (PAUSE, 240), (RESUME, 240 + pause), (OUT, 480)))
    assert work.paid_minutes == paid
    assert work.total_minutes == 480
    assert work.break_minutes == 480 - paid
    assert work.problems == ()


def test_clocking_out_and_in_again_is_a_break_like_any_other():
    assert worked(presses((IN, 0), (OUT, 240), (IN, 255), (OUT, 480))).paid_minutes == 480
    assert worked(presses((IN, 0), (OUT, 240), (IN, 300), (OUT, 480))).paid_minutes == 420


def test_punches_that_arrive_late_from_a_phone_are_put_in_order():
    row = presses((IN, 0), (PAUSE, 200), (RESUME, 240), (OUT, 480))
    assert worked(list(reversed(row))) == worked(row)


def test_seconds_are_cut_off_alike_at_both_ends():
    assert worked(presses((IN, 0.9), (OUT, 480.9))).paid_minutes == 480


# What does not add up


@pytest.mark.parametrize(
    ("row", "problem", "paid"),
    [
        ([], Problem.NO_PUNCH, 0),
        ([(IN, 0)], Problem.MISSING_OUT, 0),
        ([(OUT, 480)], Problem.MISSING_IN, 0),
        ([(PAUSE, 0), (IN, 5), (OUT, 480)], Problem.MISSING_IN, 475),
        ([(IN, 0), (IN, 240), (OUT, 480)], Problem.IN_TWICE, 480),
        ([(IN, 0), (PAUSE, 440), (OUT, 480)], Problem.BREAK_NOT_ENDED, 440),
        ([(IN, 0), (PAUSE, 100), (PAUSE, 120), (RESUME, 140), (OUT, 480)], Problem.BREAK_NOT_ENDED, 440),
        ([(IN, 0), (RESUME, 240), (OUT, 480)], Problem.BREAK_NOT_STARTED, 480),
        ([(IN, 0), (OUT, 0)], None, 0),
        ([(IN, 0), (PAUSE, 0), (RESUME, 40), (OUT, 480)], None, 440),
        ([(IN, 0), (OUT, 240), (IN, 300)], Problem.MISSING_OUT, 240),
    ],
)
def test_what_does_not_add_up_is_named_and_never_guessed(row, problem, paid):
    work = worked(presses(*row))
    assert work.paid_minutes == paid
    assert work.problems == ((problem,) if problem else ())


kinds_in_any_order = st.lists(st.tuples(st.sampled_from(PunchKind), st.integers(0, 2000)), max_size=12)


@given(kinds_in_any_order, st.sampled_from(ROUNDINGS))
def test_no_row_of_punches_pays_more_than_the_time_present(row, rounding):
    work = worked(presses(*row), rounding)
    assert 0 <= work.actual_minutes <= work.total_minutes
    assert abs(work.paid_minutes - work.actual_minutes) * 2 <= rounding
    assert all(left.end <= right.start for left, right in pairwise(work.paid))
    if not work.problems:
        assert work.actual_minutes + work.break_minutes == work.total_minutes


# Rounding


def test_quarters_go_down_to_seven_and_up_from_eight():
    assert [rounded(480 + minutes, 15) for minutes in (0, 1, 7, 8, 14, 15)] == [480, 480, 480, 495, 495, 495]


@pytest.mark.parametrize("step", [5, 6, 15])
def test_rounding_is_neutral_over_all_ways_a_shift_can_end(step):
    assert sum(rounded(minutes, step) - minutes for minutes in range(2 * step)) == 0


def test_without_rounding_minutes_stay_as_they_are():
    assert rounded(487, 0) == 487
    with pytest.raises(Invalid, match="5, 6 or 15"):
        rounded(487, 10)


# Weeks


def test_sunday_night_belongs_to_two_workweeks():
    sunday_ten = datetime(2026, 12, 7, 3, tzinfo=UTC)  # 22:00 on Sunday 6 December in New York
    work = worked([Press(IN, sunday_ten), Press(OUT, sunday_ten + timedelta(hours=8))])
    assert paid_minutes_by_week(work, "America/New_York") == {date(2026, 11, 30): 120, date(2026, 12, 7): 360}


def test_a_week_without_work_has_no_minutes():
    assert paid_minutes_by_week(worked([]), "America/New_York") == {}


@given(st.integers(0, 20_000), st.integers(1, 1500), st.sampled_from(ROUNDINGS))
def test_no_minute_is_lost_between_two_weeks(start, length, rounding):
    work = worked(presses((IN, start), (OUT, start + length)), rounding)
    assert sum(paid_minutes_by_week(work, "America/Chicago").values()) == work.paid_minutes
