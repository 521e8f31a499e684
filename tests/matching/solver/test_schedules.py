"""The best schedule of one coordinator, against trying everything."""

from itertools import chain, combinations

import numpy as np
import pytest

from marketplace.matching.solver import hours
from marketplace.matching.solver.instance import Instance
from marketplace.matching.solver.plan_check import check
from marketplace.matching.solver.preprocessing import prepare
from marketplace.matching.solver.schedules import best_schedule


def lone(seed: int, grid: int) -> Instance:
    """One coordinator and up to nine slots that lie beside, across and inside one another, over three weeks."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 10))
    start = np.sort(random.integers(0, 1_200, count) // grid * grid)
    duration = np.maximum(1, random.choice([30, 60, 95, 240, 720], count) // grid) * grid
    return Instance(
        start, start + duration, np.ones(count, int), np.ones(count, int), start // 400, random.choice([0, 15, 60], 1),
        random.choice([60, 125, 300, 2_000], (1, 3)), np.arange(count), np.zeros(count, int), random.integers(0, 999, count),
        random.choice([0, 15_000], 1),
    )  # fmt: skip


def best_by_trying(instance: Instance, gain: np.ndarray) -> float:
    subsets = chain.from_iterable(combinations(range(instance.pairs), size) for size in range(1, instance.pairs + 1))
    allowed = (
        gain[list(each)].sum() - instance.fixed_cost[0] for each in subsets if not check(instance, np.array(each))
    )
    return max(0.0, *allowed, 0.0)


@pytest.mark.parametrize("grid", [1, 5, 60])
def test_no_schedule_brings_more_than_the_best_one(grid: int) -> None:
    for seed in range(150):
        instance = lone(seed, grid)
        prepared = prepare(instance)
        market = prepared.market
        gain = market.value - np.random.default_rng(seed).integers(0, 20_000, market.pairs)
        in_instance = np.full(instance.pairs, -1.0)
        in_instance[prepared.origin] = gain
        picked = np.empty(market.pairs, np.int64)
        points, count = best_schedule(market, 0, gain, np.empty(market.pairs + 1), picked)
        chosen = picked[:count]
        assert points == best_by_trying(instance, in_instance), (seed, grid)
        assert check(instance, prepared.origin[chosen]) == []
        assert points == (gain[chosen].sum() - instance.fixed_cost[0] if count else 0.0)


def test_table_and_fronts_agree() -> None:
    for seed in range(300):
        random = np.random.default_rng(seed)
        n = int(random.integers(1, 14))
        week = np.sort(random.integers(0, 3, n))
        after = np.minimum(n, np.arange(n) + random.integers(1, 4, n))
        duration, limit = random.integers(1, 9, n), random.integers(0, 16, 3)
        gain = random.integers(1, 100, n).astype(float)
        table, fronts = np.empty(n + 1), np.empty(n + 1)
        hours._by_table(gain, after, duration, week, limit, table, np.empty(n, np.int64))
        hours._by_fronts(gain, after, duration, week, limit, fronts, np.empty(n, np.int64))
        assert table[0] == fronts[0]


def test_a_grid_that_does_not_divide_every_duration_would_make_the_bound_wrong() -> None:
    gain, after, week, limit = np.array([10.0, 10.0]), np.array([1, 2]), np.zeros(2, np.int64), np.array([100])
    picked = np.empty(2, np.int64)
    right, _ = hours.within_limits(gain, after, np.array([50, 50]), week, limit, 50, picked)
    rounded_up, _ = hours.within_limits(gain, after, np.array([60, 60]), week, limit, 60, picked)
    assert (right, rounded_up) == (20.0, 10.0)
