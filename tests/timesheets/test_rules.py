"""A week of punches becomes hours, and hours become money, as the law and the contract say."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.lists import ROUNDINGS
from marketplace.kernel import Invalid, Span, line_amount
from marketplace.timesheets.exceptions import ExceptionCode, exceptions
from marketplace.timesheets.overtime import EarnCode, Segment, WeekEntry, weekly_overtime
from marketplace.timesheets.worked_time import Problem, PunchKind, paid_minutes_by_week, rounded, worked

EIGHT = datetime(2026, 12, 1, 8, tzinfo=UTC)
IN, OUT, PAUSE, RESUME = PunchKind.IN, PunchKind.OUT, PunchKind.BREAK_START, PunchKind.BREAK_END


@dataclass(frozen=True)
class Press:
    kind: PunchKind
    at: datetime


def presses(*row: tuple[PunchKind, float]) -> list[Press]:
    """Punches at so many minutes after eight."""
    return [Press(kind, EIGHT + timedelta(minutes=minutes)) for kind, minutes in row]


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


# Exceptions


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
    assert remark.sentence == "Started 12 min after the planned time."


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


# Overtime


def entry(ref: int, hours: float, pay: int, bill: int = 0, day: int = 0) -> WeekEntry:
    return WeekEntry(ref, EIGHT + timedelta(days=day), int(hours * 60), bill, pay)


def total_pay(segments: list[Segment]) -> int:
    return sum(segment.pay_cents for segment in segments)


def test_forty_six_hours_at_twelve_dollars_are_588():
    """29 CFR 778.110(a)."""
    segments = weekly_overtime([entry(1, 46, 1200)])
    assert total_pay(segments) == 588_00
    assert [(each.earn_code, each.minutes, each.pay_rate_cents) for each in segments] == [
        (EarnCode.REGULAR, 2400, 1200),
        (EarnCode.OVERTIME, 360, 1800),
    ]


def test_with_a_bonus_of_46_dollars_the_regular_rate_is_13_and_the_week_637():
    """29 CFR 778.110(b)."""
    assert total_pay(weekly_overtime([entry(1, 46, 1200)], bonus_cents=46_00)) + 46_00 == 637_00


def test_two_rates_in_a_week_have_a_weighted_average():
    """29 CFR 778.115: straight time at each rate, and half the average ($540 / 46 h) for the six hours over forty."""
    segments = weekly_overtime([entry(1, 30, 1000), entry(2, 16, 1500, day=4)])
    assert [(each.ref, each.earn_code, each.minutes, each.pay_cents) for each in segments] == [
        (1, EarnCode.REGULAR, 1800, 300_00),
        (2, EarnCode.REGULAR, 600, 150_00),
        (2, EarnCode.OVERTIME, 360, 125_22),
    ]
    assert total_pay(segments) == 575_22


def test_overtime_falls_on_the_last_hours_whatever_order_they_are_given_in():
    week = [entry(day, 9, 1000, 2000, day) for day in range(5)]
    segments = weekly_overtime(list(reversed(week)))
    assert [(each.ref, each.minutes) for each in segments if each.earn_code is EarnCode.OVERTIME] == [(4, 300)]
    assert segments[-1].bill_rate_cents == 3000
    assert segments[-1].bill_cents == 15_000


def test_without_overtime_in_the_contract_all_hours_are_regular():
    (only,) = weekly_overtime([entry(1, 60, 1200, 2400)], threshold_minutes=None)
    assert (only.earn_code, only.pay_cents, only.bill_cents) == (EarnCode.REGULAR, 720_00, 1440_00)


def test_a_line_settled_later_counts_from_where_the_week_stood():
    segments = weekly_overtime([entry(2, 8, 1200, day=4)], before=[entry(1, 38, 1200)])
    assert [(each.earn_code, each.minutes) for each in segments] == [
        (EarnCode.REGULAR, 120),
        (EarnCode.OVERTIME, 360),
    ]
    assert total_pay(segments) == 24_00 + 108_00


def test_hours_and_rates_are_never_negative():
    with pytest.raises(ValueError, match="never negative"):
        weekly_overtime([entry(1, -1, 1200)])


weeks = st.lists(
    st.builds(
        WeekEntry,
        ref=st.integers(1, 1000),
        starts_at=st.integers(0, 6).map(lambda day: EIGHT + timedelta(days=day)),
        minutes=st.integers(0, 1440),
        bill_rate_cents=st.integers(0, 20_000),
        pay_rate_cents=st.integers(0, 15_000),
    ),
    max_size=10,
)


@given(weeks)
def test_a_week_pays_the_legal_sum_to_half_a_cent_a_line_and_loses_no_minute(week):
    segments = weekly_overtime(week)
    minutes = sum(each.minutes for each in week)
    assert sum(each.minutes for each in segments) == minutes
    assert sum(each.minutes for each in segments if each.earn_code is EarnCode.REGULAR) == min(2400, minutes)
    straight = Fraction(sum(each.minutes * each.pay_rate_cents for each in week), 60)
    premium = straight * max(0, minutes - 2400) / minutes / 2 if minutes else 0
    assert abs(total_pay(segments) - straight - premium) <= Fraction(len(segments), 2)


@given(weeks)
def test_regular_lines_are_the_plain_line_amount(week):
    for segment in weekly_overtime(week):
        if segment.earn_code is EarnCode.REGULAR:
            assert segment.bill_cents == line_amount(segment.minutes, segment.bill_rate_cents)
            assert segment.pay_cents == line_amount(segment.minutes, segment.pay_rate_cents)
