"""Somebody cancels, somebody asks what another choice would cost, somebody asks why a seat is empty."""

import numpy as np
import pytest

from marketplace.kernel.errors import Invalid
from marketplace.matching.planning.alternatives import losses, unfilled
from marketplace.matching.planning.checking import check
from marketplace.matching.planning.instance import Instance, value
from marketplace.matching.planning.plan import solve
from marketplace.matching.planning.repair import State
from tests.matching.exact import solve_exactly
from tests.matching.instances import market, small


def test_cancelled_seats_are_refilled_by_chains_that_keep_every_rule() -> None:
    instance = market(1_000, 200, seed=3)
    plan = solve(instance)
    refilled = 0
    for cancelled in plan.pairs[::20]:
        state = State(instance, plan.pairs, plan.prices)
        state.cancel(cancelled)
        chain = state.refill(cancelled, people=3)
        if chain is None:
            continue
        refilled += 1
        assert chain.moved <= 3
        assert chain.steps[-1].removed is None
        assert instance.pair_slot[chain.steps[0].added] == instance.pair_slot[cancelled]
        state.follow(chain)
        pairs = state.pairs()
        assert check(instance, pairs) == []
        assert len(pairs) == len(plan.pairs)
        assert instance.pair_coordinator[cancelled] not in [
            instance.pair_coordinator[step.added] for step in chain.steps
        ]
        expected = value(instance, np.setdiff1d(plan.pairs, [cancelled])) + chain.gain + 300 * chain.moved
        assert value(instance, pairs) == pytest.approx(expected)
    assert refilled > 10


def test_nobody_who_is_absent_is_asked() -> None:
    instance = market(200, 50, seed=3)
    plan = solve(instance)
    state = State(instance, plan.pairs, plan.prices)
    state.cancel(plan.pairs[0])
    assert state.refill(plan.pairs[0], absent=range(50)) is None
    with pytest.raises(Invalid, match="has not been cancelled"):
        state.refill(plan.pairs[1])
    with pytest.raises(Invalid, match="is not in the plan"):
        state.cancel(plan.pairs[0])


def test_choosing_a_pair_costs_at_least_what_is_said() -> None:
    said = 0
    for seed in range(30):
        instance = small(seed)
        plan = solve(instance)
        at_least = losses(instance, plan)
        for pair in np.setdiff1d(np.arange(instance.pairs), plan.pairs)[:4]:
            if not np.isfinite(at_least[pair]):
                assert check(instance, np.array([pair]))
                continue
            # Pinned by a bonus that outweighs everything: the best plan that has the pair in it.
            heavy = instance.pair_score.copy()
            heavy[pair] += 10**8
            forced = Instance(**{**vars(instance), "pair_score": heavy})
            best = round(solve_exactly(forced)["value"]) - 10**8
            assert best <= plan.value - at_least[pair] + 1e-6, (seed, pair)
            said += at_least[pair] > 0
    assert said > 20


def test_every_empty_seat_has_its_reason() -> None:
    instance = market(200, 50, seed=4)
    plan = solve(instance)
    found = unfilled(instance, plan)
    assert sum(one.seats for one in found) == instance.seats - len(plan.pairs)
    eligible = np.bincount(instance.pair_slot, minlength=instance.slots)
    for one in found:
        assert one.free == ()
        assert (one.reason == "Nobody is eligible.") == (eligible[one.slot] == 0)
