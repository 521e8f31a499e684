"""What a week of hours earns: overtime at the weighted average, to the cent."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import line_amount
from marketplace.timesheets.overtime import EarnCode, Segment, WeekEntry, weekly_overtime

EIGHT = datetime(2026, 12, 1, 8, tzinfo=UTC)


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
