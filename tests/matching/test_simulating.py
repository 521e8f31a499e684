"""The same weeks lived again in other ways: the same people, other figures, and never more than could have been."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel import Invalid
from marketplace.matching.simulating import PerfectForesight, Period, PlannedStrategy, Waves, gini, simulate
from marketplace.matching.simulating.measures import measured
from marketplace.matching.simulating.period import Book
from marketplace.matching.simulating.strategies import Replies
from marketplace.matching.solver.instance import Instance
from marketplace.matching.solver.plan_check import check

DAY, HOUR = 1440, 60


def weeks_of_shifts(seed: int = 1, slots: int = 36, people: int = 8, accepts: float = 0.8) -> Period:
    """Ten days of shifts of four and eight hours, posted one to four days before, half of all pairs eligible."""
    random = np.random.default_rng(seed)
    start = np.sort(random.integers(4 * DAY, 14 * DAY, slots) // 15 * 15)
    length = random.choice([4 * HOUR, 8 * HOUR], slots)
    slot, who = np.nonzero(random.random((slots, people)) < 0.5)
    instance = Instance(
        slot_start=start,
        slot_end=start + length,
        slot_priority=random.choice([1, 2, 4], slots),
        slot_headcount=random.choice([1, 1, 2], slots),
        slot_week=start // (7 * DAY),
        coordinator_rest=np.full(people, 8 * HOUR),
        coordinator_minutes=np.full((people, 3), 40 * HOUR),
        pair_slot=slot,
        pair_coordinator=who,
        pair_score=random.integers(0, 1000, len(slot)),
    )
    known = start - random.integers(1, 5, slots) * DAY
    return Period(instance, known, length * 30, np.full(len(slot), accepts))


WAYS = [Waves(1), Waves(3, 30), PlannedStrategy(24, 24), PlannedStrategy(24, 0), PerfectForesight()]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_under_every_strategy_nobody_is_booked_twice_or_beyond_their_hours(way):
    stretch = weeks_of_shifts()
    book = Book(stretch.instance)
    way.give_out(stretch, Replies(stretch, 7), book)
    assert book.pairs
    assert check(stretch.instance, np.array(book.pairs)) == []


def test_a_book_that_forgets_rest_would_be_found_out():
    stretch = weeks_of_shifts()
    careless = replace(stretch, instance=replace(stretch.instance, coordinator_rest=np.zeros(8, np.int64)))
    book = Book(careless.instance)
    Waves(1).give_out(careless, Replies(careless, 7), book)
    assert check(stretch.instance, np.array(book.pairs)) != []


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_the_same_seed_tells_the_same_story(way):
    stretch = weeks_of_shifts()
    assert simulate(stretch, way, seed=3) == simulate(stretch, way, seed=3)


def test_no_way_does_better_than_to_know_everything_beforehand():
    """By more than a plan's gap, that is; and none is far below it where there is enough time to ask."""
    value = dict.fromkeys((way.name for way in WAYS), 0)
    for seed in range(3):
        stretch = weeks_of_shifts(seed)
        for way in WAYS:
            value[way.name] += simulate(stretch, way, seed).value
    foreseen = value[PerfectForesight().name]
    assert max(value.values()) <= foreseen * 1.0005
    assert min(value.values()) > 0.6 * foreseen


def test_when_nobody_says_yes_nothing_is_filled():
    for way in WAYS:
        outcome = simulate(weeks_of_shifts(accepts=0.0), way)
        assert (outcome.filled, outcome.pay_cents, outcome.gini_hours) == (0, 0, 0.0)


def test_nobody_who_declined_is_asked_again_for_the_same_shift():
    stretch = weeks_of_shifts(accepts=0.3)
    for way in (Waves(2), PlannedStrategy(24, 24)):
        outcome = simulate(stretch, way)
        assert outcome.asked <= stretch.instance.pairs
        assert outcome.declined < outcome.asked


def test_a_shift_that_was_posted_after_it_began_is_given_to_nobody():
    stretch = weeks_of_shifts()
    late = replace(stretch, known_at=stretch.instance.slot_start + 1)
    for way in (Waves(1), PlannedStrategy(24, 24)):
        assert simulate(late, way).filled == 0


def test_with_a_longer_freeze_fewer_plans_change_hands():
    stretch = weeks_of_shifts(slots=50)
    assert simulate(stretch, PlannedStrategy(24, 96)).shown <= simulate(stretch, PlannedStrategy(24, 0)).shown


def test_without_shifts_or_people_all_figures_are_zero():
    none = np.empty(0, np.int64)
    empty = Instance(none, none, none, none, none, none, np.empty((0, 1), np.int64), none, none, none)
    for way in WAYS:
        assert simulate(Period(empty, none, none, np.empty(0)), way).fill_rate == 0.0


def test_a_stretch_whose_parts_do_not_fit_is_refused():
    stretch = weeks_of_shifts()
    with pytest.raises(Invalid, match="known_at"):
        replace(stretch, known_at=stretch.known_at[1:])
    with pytest.raises(Invalid, match="between 0 and 1"):
        replace(stretch, accepts=stretch.accepts + 1)


@pytest.mark.parametrize(
    ("amounts", "share"), [([], 0), ([0, 0], 0), ([5, 5, 5], 0), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25)]
)
def test_the_gini_index_of_hours(amounts, share):
    assert gini(np.array(amounts)) == pytest.approx(share)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_the_gini_index_is_the_mean_difference_of_all_pairs(amounts):
    mean = sum(amounts) / len(amounts)
    slow = sum(abs(a - b) for a in amounts for b in amounts) / (2 * len(amounts) ** 2 * mean) if mean else 0.0
    assert gini(np.array(amounts)) == pytest.approx(slow)


def test_only_those_who_might_have_worked_count_for_fairness():
    stretch = weeks_of_shifts(slots=1, people=3)
    book = Book(stretch.instance)
    book.take(0)
    might = len(np.unique(stretch.instance.pair_coordinator))
    assert measured("one", stretch, book).gini_hours == pytest.approx(1 - 1 / might)
