"""No cent is invented, lost, or read out of what was not typed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import MOST_CENTS, Invalid, dollars, hours_and_minutes, line_amount, parse_dollars, split

cents = st.integers(0, MOST_CENTS)


def test_twenty_minutes_at_sixty_five_dollars_are_21_67():
    assert line_amount(20, 6500) == 2167


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_line_is_the_exact_amount_rounded_half_up_once(minutes, rate):
    exact = Fraction(minutes * rate, 60)
    assert exact - Fraction(1, 2) < line_amount(minutes, rate) <= exact + Fraction(1, 2)


def test_a_line_is_never_negative():
    for minutes, rate in ((-1, 100), (1, -100)):
        with pytest.raises(ValueError, match="never negative"):
            line_amount(minutes, rate)


@given(st.integers(-10_000_000, 10_000_000), st.lists(st.integers(0, 10_000), min_size=1).filter(any))
def test_a_shared_sum_stays_whole_and_nobody_is_off_by_a_cent(total, weights):
    shares = split(total, weights)
    assert sum(shares) == total
    assert all(
        abs(share - Fraction(total * weight, sum(weights))) < 1 for share, weight in zip(shares, weights, strict=True)
    )
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


def test_three_people_share_a_dollar_in_a_fixed_order():
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_nothing_can_be_shared_among_nobody(weights):
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


def test_money_is_printed_as_people_read_it():
    assert [dollars(each) for each in (123_450, 5, 0, -1200)] == ["$1,234.50", "$0.05", "$0.00", "-$12.00"]


@given(cents)
def test_what_is_printed_can_be_typed_in_again(amount):
    assert parse_dollars(dollars(amount)) == amount


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("42", 4200), ("42.0", 4200), ("42.5", 4250), (" $1,234.50 ", 123_450), ("0", 0), ("007", 700)],
)
def test_plain_dollars_are_understood(typed, amount):
    assert parse_dollars(typed) == amount


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            " ",
            "1_000",
            "٤٢",
            "４２",
            "1E5",
            "1e5",
            "NaN",
            "sNaN",
            "Infinity",
            "46.005",
            "42.",
            ".5",
            "-1",
            "+1",
            "1,00",
        ),
        *("12,34", "1.000,00", "$", "4 2", "0x10", "9999999999", "10000000.00", "42\x00", "42 USD", "1,2345", "\ud800"),
    ],
)
def test_anything_else_is_refused_at_its_field(typed):
    with pytest.raises(Invalid) as refusal:
        parse_dollars(typed, "bill_rate")
    assert refusal.value.field == "bill_rate"


def test_minutes_are_printed_as_hours():
    assert [hours_and_minutes(each) for each in (425, 0, 59, 6000, -75)] == ["7:05", "0:00", "0:59", "100:00", "-1:15"]
