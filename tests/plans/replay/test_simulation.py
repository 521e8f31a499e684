"""Past weeks lived again: who may work is judged by the rules, what was booked is open again, and the figures add up."""

from datetime import date, time, timedelta

import pytest

from marketplace.kernel import Invalid
from marketplace.matching.facts import Weights
from marketplace.matching.simulating import PerfectForesight, PlannedStrategy, Waves
from marketplace.plans.replay.past_weeks import read_weeks
from marketplace.plans.replay.simulation import live_again, stretch_of
from marketplace.plans.replay.words import table, weights_from
from tests.timesheets.hours import booked

pytestmark = pytest.mark.usefixtures("compiled_solver")

MONDAY = date(2026, 11, 16)
WEEK = timedelta(days=7)


@pytest.fixture
def last_week(world):
    """Three shifts of last week: two that Maya had, and one nobody took."""
    for day in range(2):
        booked(world, world.maya, MONDAY + timedelta(days=day), time(9), time(13))
    world.shift(day=MONDAY + timedelta(days=2))
    return read_weeks(MONDAY, MONDAY + WEEK)


def test_what_happened_stands_first_and_is_told_as_it_was(last_week):
    happened, *_ = live_again(last_week, [PerfectForesight()], {"": Weights()})
    assert (happened.way, happened.seats, happened.filled, happened.used) == ("as it happened", 3, 2, 1)
    assert happened.pay_cents > 0


def test_seats_of_the_stretch_are_open_again_and_given_to_those_who_may_have_them(last_week):
    stretch = stretch_of(last_week, Weights())
    assert stretch.instance.seats == 3
    maya = [row for row, person in enumerate(last_week.people) if person.name == "Maya Torres"]
    assert set(maya) <= set(stretch.instance.pair_coordinator.tolist())
    for outcome in live_again(last_week, [Waves(1), PlannedStrategy(24, 24), PerfectForesight()], {"": Weights()})[1:]:
        assert outcome.filled <= outcome.seats == 3


def test_other_weights_are_told_beside_the_present_ones(last_week):
    lonely = weights_from("continuity=0,rating=376", Weights())
    told = live_again(last_week, [PerfectForesight()], {"": Weights(), "continuity=0": lonely})
    assert [one.way for one in told] == [
        "as it happened",
        "all known beforehand",
        "all known beforehand, continuity=0",
    ]
    assert table(told)[0].split() == ["filled", "fill", "pay", "score", "people", "Gini", "moved", "asked", "declined"]
    assert len(table(told)) == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kindness=10", "no part of the score named 'kindness'"),
        ("rating=1_0", "whole points"),
        ("rating=-5", "whole points"),
        ("rating", "whole points"),
        ("rating=162", "add up to 1000"),
    ],
)
def test_weights_that_cannot_be_are_refused_in_a_sentence(text, sentence):
    with pytest.raises(Invalid, match=sentence):
        weights_from(text, Weights())


def test_a_stretch_without_shifts_or_turned_round_is_refused(world):
    with pytest.raises(Invalid, match="nothing to live again"):
        read_weeks(date(2020, 1, 6), date(2020, 1, 13))
    with pytest.raises(Invalid, match="ends before it begins"):
        read_weeks(MONDAY, MONDAY)
