"""Rates, terms and cancellation as an agreement states them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.contracts.rules import (
    AgreementState,
    CancellationPolicy,
    Rate,
    complete_rate,
    coordinator_points,
    facility_fee,
    in_force,
)
from marketplace.kernel import Invalid, Span, line_amount

POLICY = CancellationPolicy()
RATE = Rate(5000, 3000, 6667)
HOUR = 60


# Rates


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


@dataclass(frozen=True)
class Row:
    valid_from: date
    valid_until: date | None
    service_line: str = "triage"
    earn_code: str = "regular"
    bill_cents: int = 6000
    pay_cents: int = 4000


# Terms


@dataclass(frozen=True)
class Paper:
    state: AgreementState
    effective_from: date
    effective_until: date | None


NIGHT = Span(datetime(2026, 12, 1, 3, tzinfo=UTC), datetime(2026, 12, 1, 11, tzinfo=UTC))  # 22:00–06:00 in New York


@pytest.mark.parametrize(
    ("state", "first", "last", "holds"),
    [
        (AgreementState.ACTIVE, date(2026, 11, 30), date(2026, 12, 1), True),
        (AgreementState.ACTIVE, date(2026, 11, 30), None, True),
        (AgreementState.ACTIVE, date(2026, 12, 1), None, False),
        (AgreementState.ACTIVE, date(2026, 1, 1), date(2026, 11, 30), False),
        (AgreementState.SIGNED, date(2026, 1, 1), None, False),
        (AgreementState.TERMINATED, date(2026, 1, 1), None, False),
    ],
)
def test_an_agreement_must_hold_for_the_whole_night(state, first, last, holds):
    assert in_force(Paper(state, first, last), NIGHT, "America/New_York") is holds


def test_a_shift_ending_at_midnight_does_not_need_the_next_day():
    evening = Span(datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, 5, tzinfo=UTC))  # 20:00–24:00
    paper = Paper(AgreementState.ACTIVE, date(2026, 11, 30), date(2026, 11, 30))
    assert in_force(paper, evening, "America/New_York")


# Cancelling


@pytest.mark.parametrize(
    ("notice", "points"),
    [
        (73 * HOUR, 0),
        (72 * HOUR + 1, 0),
        (72 * HOUR, -25),
        (24 * HOUR, -25),
        (24 * HOUR - 1, -55),
        (4 * HOUR, -55),
        (4 * HOUR - 1, -85),
        (0, -85),
        (-30, -85),
    ],
)
def test_a_coordinator_loses_points_by_notice(notice, points):
    assert coordinator_points(POLICY, notice) == points
    assert POLICY.no_show_points == -100


@pytest.mark.parametrize(
    ("notice", "planned", "minutes"),
    [(24 * HOUR, 480, 0), (24 * HOUR - 1, 480, 120), (0, 480, 120), (10, 60, 60)],
)
def test_a_facility_pays_for_cancelling_late(notice, planned, minutes):
    owed = facility_fee(POLICY, notice, planned, RATE)
    assert (owed.minutes, owed.bill_cents, owed.pay_cents) == (
        minutes,
        line_amount(minutes, 5000),
        line_amount(minutes, 3000),
    )
    assert owed.sentence.endswith(".")


@given(st.integers(0, 6000), st.integers(0, 6000))
def test_more_notice_never_costs_more(one, other):
    early, late = max(one, other), min(one, other)
    assert coordinator_points(POLICY, early) >= coordinator_points(POLICY, late)
    assert facility_fee(POLICY, early, 480, RATE).minutes <= facility_fee(POLICY, late, 480, RATE).minutes


def test_a_policy_is_stored_and_read_back_and_defaults_fill_what_is_not_said():
    own = CancellationPolicy(coordinator_tiers=((2880, 0), (0, -50)), late_minutes=180)
    assert CancellationPolicy.from_data(own.as_data()) == own
    assert CancellationPolicy.from_data({}) == POLICY
    assert CancellationPolicy.from_data({"late_minutes": 60}).late_minutes == 60


def test_a_policy_stored_with_pay_for_who_is_sent_home_is_read_without_it():
    assert CancellationPolicy.from_data({"late_minutes": 60, "sent_home_minutes": 240}).as_data() == (
        CancellationPolicy(late_minutes=60).as_data()
    )


@pytest.mark.parametrize(
    "data",
    [
        {"coordinator_tiers": []},
        {"coordinator_tiers": [[60, -10]]},
        {"coordinator_tiers": [[0, -10], [60, 0]]},
        {"coordinator_tiers": [[60, -10], [0, 0]]},
        {"coordinator_tiers": [[60, 5], [0, 0]]},
        {"coordinator_tiers": [[60, 0, 3], [0, -5]]},
        {"coordinator_tiers": [["60", 0], [0, -5]]},
        {"coordinator_tiers": 7},
        {"no_show_points": -10},
        {"late_minutes": -1},
        {"late_minutes": "two hours"},
        {"late_minutes": 1.5},
        {"late_minutes": True},
        {"surprise": 1},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(data):
    with pytest.raises(Invalid) as refusal:
        CancellationPolicy.from_data(data)
    assert refusal.value.field == "cancellation"
