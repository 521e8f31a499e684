"""Bill rate, pay rate and markup: any two give the third."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.contracts.rates import Rate, complete_rate
from marketplace.kernel import Invalid


def test_any_two_of_bill_pay_and_markup_give_the_third():
    assert complete_rate(bill=4200, pay=3000) == Rate(4200, 3000, 4000)
    assert complete_rate(pay=3000, markup=4000) == Rate(4200, 3000, 4000)
    assert complete_rate(bill=4200, markup=4000) == Rate(4200, 3000, 4000)
    assert complete_rate(bill=4200, pay=3000, markup=4000) == Rate(4200, 3000, 4000)


@given(st.integers(1, 50_000), st.integers(0, 30_000))
def test_the_bill_rate_from_pay_and_markup_gives_the_same_pay_back(pay, markup):
    there = complete_rate(pay=pay, markup=markup)
    assert complete_rate(bill=there.bill_cents, markup=markup).pay_cents == pay


@given(st.integers(1, 50_000), st.integers(0, 30_000))
def test_a_row_that_was_completed_is_accepted_again_with_all_three(pay, markup):
    there = complete_rate(pay=pay, markup=markup)
    again = complete_rate(there.bill_cents, there.pay_cents, there.markup)
    assert (again.bill_cents, again.pay_cents) == (there.bill_cents, there.pay_cents)


@pytest.mark.parametrize(
    ("given_rates", "field"),
    [
        ({"bill": 4200}, "bill"),
        ({}, "bill"),
        ({"markup": 4000}, "bill"),
        ({"bill": 4200, "pay": 3000, "markup": 5000}, "markup"),
        ({"bill": 3000, "pay": 4200}, "pay"),
        ({"bill": 0, "pay": 3000}, "bill"),
        ({"bill": 3000, "pay": -1}, "pay"),
        ({"pay": 3000, "markup": -1}, "markup"),
        ({"bill": 1, "markup": 1_000_000}, "pay"),
    ],
)
def test_rates_that_cannot_be_are_refused_at_their_field(given_rates, field):
    with pytest.raises(Invalid) as refusal:
        complete_rate(**given_rates)
    assert refusal.value.field == field
