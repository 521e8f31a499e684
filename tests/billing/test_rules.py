"""How late an invoice is, and how tax falls on its lines to the cent."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.billing.rules import Ageing, ageing_bucket, tax_by_line


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-5, "current"),
        (0, "current"),
        (1, "1–30"),
        (30, "1–30"),
        (31, "31–60"),
        (60, "31–60"),
        (61, "61–90"),
        (90, "61–90"),
    ],
)
def test_receivables_age_in_months(days, bucket):
    assert ageing_bucket(days) == bucket


def test_from_ninety_one_days_on_it_is_the_last_column():
    assert ageing_bucket(91) is ageing_bucket(4000) is Ageing.OVER_90


@given(st.lists(st.integers(0, 1_000_000), max_size=20), st.integers(0, 20_000))
def test_the_tax_of_the_lines_is_the_tax_of_their_sum(lines, rate):
    taxes = tax_by_line(lines, rate)
    exact = Fraction(sum(lines) * rate, 100_000)
    assert len(taxes) == len(lines)
    assert exact - Fraction(1, 2) < sum(taxes) <= exact + Fraction(1, 2)
    assert all(tax == 0 for tax, line in zip(taxes, lines, strict=True) if line == 0)


def test_eight_and_seven_eighths_percent_of_three_lines():
    assert tax_by_line([1000, 1000, 1000], 8875) == [89, 89, 88]


def test_tax_is_never_negative():
    with pytest.raises(ValueError, match="not negative"):
        tax_by_line([-100], 8875)
