"""What a late cancellation costs each side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.contracts.cancellation_policy import CancellationPolicy, coordinator_points, facility_fee
from marketplace.contracts.rates import Rate
from marketplace.kernel import Invalid, line_amount

POLICY = CancellationPolicy()
RATE = Rate(5000, 3000, 6667)
HOUR = 60


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
    assert str(owed.sentence).endswith(".")


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
