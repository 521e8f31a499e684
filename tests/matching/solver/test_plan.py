"""The plan for all shifts: it may always stand, its bound always holds, and on small markets it is next to the optimum."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from marketplace.kernel import Invalid
from marketplace.matching.solver.instance import Instance, plan_value
from marketplace.matching.solver.plan import Plan, solve
from marketplace.matching.solver.plan_check import check
from tests.matching.exact import solve_exactly
from tests.matching.instances import market, small, tasks_of_a_day

NONE = np.array([], np.int64)


def holds(instance: Instance, plan: Plan) -> None:
    """What is true of every plan."""
    assert check(instance, plan.pairs) == []
    assert plan.value == plan_value(instance, plan.pairs)
    assert plan.objective <= plan.bound
    assert len(plan.prices) == instance.slots


@pytest.mark.parametrize("block", range(10))
def test_on_fifty_small_markets_the_bound_is_above_the_optimum_and_close_to_it(block: int) -> None:
    excess = []
    for seed in range(50 * block, 50 * block + 50):
        instance = small(seed)
        plan, exact = solve(instance, seed=seed), solve_exactly(instance)
        optimum = round(exact["value"])
        holds(instance, plan)
        assert exact["status"] in {"Optimal", "Empty"}
        assert plan.value <= optimum <= plan.bound, seed
        excess.append((plan.bound - optimum) / max(optimum, 1))
        assert plan.value >= 0.99 * optimum, seed
    assert np.mean(excess) <= 0.005


@pytest.mark.parametrize("grid", [1, 7, 60])
def test_the_bound_holds_when_durations_do_not_lie_on_quarter_hours(grid: int) -> None:
    for seed in range(1000, 1015):
        instance = small(seed, grid=grid)
        plan = solve(instance)
        holds(instance, plan)
        assert plan.bound >= round(solve_exactly(instance)["value"])


@pytest.mark.parametrize(("load", "seed"), [(0.6, 5), (1.0, 5), (2.0, 4), (2.0, 5)])
def test_a_market_of_a_thousand_shifts_is_planned_to_within_a_thousandth(load: float, seed: int) -> None:
    instance = market(1_000, 200, seed=seed, load=load)
    plan = solve(instance)
    holds(instance, plan)
    assert plan.gap <= 0.0008


def _like(instance: Instance, **arrays: object) -> Instance:
    return replace(instance, **{name: np.asarray(array) for name, array in arrays.items()})


def test_a_market_where_nobody_may_take_anything_has_an_empty_plan_proven_best() -> None:
    instance = _like(market(50, 10, seed=1), pair_slot=NONE, pair_coordinator=NONE, pair_score=NONE)
    plan = solve(instance)
    assert (len(plan.pairs), plan.value, plan.bound, plan.gap) == (0, 0, 0, 0.0)


def test_a_market_without_shifts_or_without_people_has_an_empty_plan() -> None:
    none = Instance(NONE, NONE, NONE, NONE, NONE, np.array([15]), np.array([[600, 600]]), NONE, NONE, NONE)
    nobody = _like(
        market(20, 5, seed=1), pair_slot=NONE, pair_coordinator=NONE, pair_score=NONE, coordinator_rest=NONE,
        coordinator_minutes=np.zeros((0, 3), int),
    )  # fmt: skip
    assert solve(none).bound == solve(nobody).bound == 0


def test_one_coordinator_alone_gets_their_best_schedule() -> None:
    instance = market(300, 1, seed=2)
    plan = solve(instance)
    holds(instance, plan)
    assert plan.value == plan.bound == round(solve_exactly(instance)["value"])


def test_everybody_may_take_everything_on_one_day() -> None:
    random = np.random.default_rng(3)
    start = random.integers(0, 900, 60)
    pairs = np.argwhere(np.ones((60, 12)))
    instance = Instance(
        start, start + random.integers(30, 720, 60), random.choice([1, 2, 4], 60), random.choice([0, 1, 3], 60), 0 * start,
        random.choice([0, 15, 60], 12), np.full((12, 1), 600), pairs[:, 0], pairs[:, 1], random.integers(0, 1000, 720),
    )  # fmt: skip
    plan = solve(instance)
    holds(instance, plan)
    assert plan.gap <= 0.01


def test_without_minutes_left_nobody_is_planned() -> None:
    instance = market(100, 20, seed=4)
    plan = solve(_like(instance, coordinator_minutes=0 * instance.coordinator_minutes))
    assert (len(plan.pairs), plan.bound) == (0, 0)


def test_a_day_of_tasks_is_done_by_the_fewest_people_and_proven() -> None:
    instance = tasks_of_a_day(200, 50, seed=1)
    plan = solve(instance)
    holds(instance, plan)
    assert len(plan.pairs) == instance.slots
    assert plan.value == plan.bound


def test_the_same_seed_gives_the_same_plan() -> None:
    instance = market(200, 50, seed=6)
    assert np.array_equal(solve(instance, seed=3).pairs, solve(instance, seed=3).pairs)


def test_the_order_in_which_things_are_listed_makes_no_difference() -> None:
    instance = market(200, 50, seed=7)
    random = np.random.default_rng(1)
    slots, people, pairs = (
        random.permutation(count) for count in (instance.slots, instance.coordinators, instance.pairs)
    )
    shuffled = Instance(
        instance.slot_start[slots], instance.slot_end[slots], instance.slot_priority[slots], instance.slot_headcount[slots],
        instance.slot_week[slots], instance.coordinator_rest[people], instance.coordinator_minutes[people],
        np.argsort(slots)[instance.pair_slot][pairs], np.argsort(people)[instance.pair_coordinator][pairs],
        instance.pair_score[pairs],
    )  # fmt: skip
    one, other = solve(instance), solve(shuffled)
    assert (one.value, one.bound) == (other.value, other.bound)


def test_pins_are_in_the_plan_and_vetoes_are_not() -> None:
    for seed in range(40):
        instance = small(seed, fixed_cost=False)
        free = solve(instance)
        unused = np.setdiff1d(np.arange(instance.pairs), free.pairs)
        pins = next(([pair] for pair in unused if not check(instance, [pair])), [])
        vetoes = free.pairs[:2]
        pins = np.setdiff1d(pins, vetoes).astype(int)
        plan = solve(instance, pins=pins, vetoes=vetoes)
        holds(instance, plan)
        assert set(pins) <= set(plan.pairs)
        assert not set(vetoes) & set(plan.pairs)
        assert plan.value <= free.bound


def test_pins_that_break_a_rule_together_are_refused() -> None:
    instance = market(200, 50, seed=8)
    twice = np.flatnonzero(instance.pair_coordinator == instance.pair_coordinator[0])
    with pytest.raises(Invalid, match="These pins cannot stand together"):
        solve(instance, pins=twice)
    with pytest.raises(Invalid, match="pinned and vetoed"):
        solve(instance, pins=twice[:1], vetoes=twice[:1])


def test_after_some_drop_out_the_others_keep_their_shifts() -> None:
    instance = market(1_000, 200, seed=9)
    before = solve(instance)
    out = np.random.default_rng(1).choice(200, 4, replace=False)
    gone = np.flatnonzero(np.isin(instance.pair_coordinator, out))
    kept = np.setdiff1d(before.pairs, gone)
    after = solve(instance, warm=before, vetoes=gone, stay=kept)
    best = solve(instance, vetoes=gone)
    holds(instance, after)
    assert after.objective == after.value + 300 * len(np.intersect1d(after.pairs, kept))
    assert len(np.setdiff1d(kept, after.pairs)) <= 0.03 * len(kept)
    assert after.value >= 0.999 * best.value


def test_a_warm_start_is_never_worse_than_the_plan_it_starts_from() -> None:
    instance = market(200, 50, seed=10)
    before = solve(instance)
    assert solve(instance, warm=before, time_limit=0.01).value >= before.value


@pytest.mark.parametrize("seconds", [0.001, 0.1, 0.5])
def test_within_any_time_there_is_a_plan_that_may_stand(seconds: float) -> None:
    instance = market(1_000, 200, seed=11)
    plan = solve(instance, time_limit=seconds)
    holds(instance, plan)
    assert len(plan.pairs) > 500


def test_a_cancelled_run_hands_over_what_it_has_and_tells_how_far_it_is() -> None:
    instance = market(1_000, 200, seed=12)
    told: list[tuple[float, int, int]] = []
    plan = solve(instance, progress=lambda *figures: told.append(figures), cancelled=lambda: True)
    holds(instance, plan)
    assert told[-1] == (1.0, plan.objective, plan.bound)


def test_without_compiling_the_answer_is_the_same() -> None:
    script = (
        "from tests.matching.instances import small\n"
        "from marketplace.matching.solver.plan import solve\n"
        "for seed in (1, 2, 3):\n"
        "    plan = solve(small(seed), seed=1)\n"
        "    print(plan.value, plan.bound, plan.pairs.tolist())\n"
    )
    slow = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    fast = [solve(small(seed), seed=1) for seed in (1, 2, 3)]
    assert slow.stdout.splitlines() == [f"{plan.value} {plan.bound} {plan.pairs.tolist()}" for plan in fast]


def test_pages_do_not_wait_for_the_compiler() -> None:
    script = "import sys, marketplace.matching, marketplace.app, marketplace.cli; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
