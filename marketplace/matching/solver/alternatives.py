"""The least that choosing somebody else would cost.

The proof is the bound's own (see `prices`). Whatever plan has pair e of coordinator c in it has at most the value

    L(λ) − (best schedule of c − best schedule of c that has e in it)

so the difference in brackets is what the bound falls by when e is chosen.
"""

from __future__ import annotations

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.instance import Instance
from marketplace.matching.solver.market import Array, Market, clashing
from marketplace.matching.solver.plan import Plan
from marketplace.matching.solver.preprocessing import prepare
from marketplace.matching.solver.prices import bound_at, longest
from marketplace.matching.solver.schedules import best_schedule


def losses(instance: Instance, plan: Plan) -> Array:
    """For each pair of the instance, at least how many points the value of any plan with it is below that of `plan`.

    Zero where nothing can be said, and for the pairs in the plan; infinite where the pair alone breaks a rule. Holds for a
    plan made without pins, vetoes and stays.
    """
    prepared = prepare(instance)
    prices = np.asarray(plan.prices, float)[prepared.slot_order]
    slack = bound_at(prepared.market, prices) - plan.value
    at_least = np.full(instance.pairs, np.inf)
    at_least[prepared.origin] = np.maximum(falls(prepared.market, prices) - slack, 0.0)
    nothing_gained = instance.pair_value <= 0
    at_least[nothing_gained] = np.minimum(at_least[nothing_gained], 0.0)
    at_least[plan.pairs] = 0.0
    return at_least


@compiled
def falls(market: Market, prices: Array) -> Array:
    """By how much L(λ) falls when each pair is chosen, in points; never below zero.

    Forward is the most that pairs before one can bring, backward the most from its follower on. Where weekly minutes
    bind, the schedule around the pair is worked out again.
    """
    most = longest(market)
    gain, best, picked = np.empty(most), np.empty(most + 1), np.empty(most, np.int64)
    around, forward = np.empty(most), np.empty(most + 1)
    fall = np.zeros(len(market.slot))
    for coordinator in range(len(market.rest)):
        begin, stop = market.first[coordinator], market.first[coordinator + 1]
        for pair in range(begin, stop):
            gain[pair - begin] = market.value[pair] - prices[market.slot[pair]]
        total, _ = best_schedule(market, coordinator, gain, best, picked)
        bound_by_hours = total < max(0.0, best[0] - market.fixed_cost[coordinator])
        forward[: stop - begin + 1] = 0.0
        for i in range(stop - begin):
            after = market.follower[begin + i] - begin
            if i > 0:
                forward[i] = max(forward[i], forward[i - 1])
            forward[after] = max(forward[after], forward[i] + max(gain[i], 0.0))
        for i in range(stop - begin):
            pair = begin + i
            with_it = forward[i] + gain[i] + best[market.follower[pair] - begin] - market.fixed_cost[coordinator]
            if bound_by_hours:
                with_it = min(with_it, _with_pair(market, pair, gain, around, picked))
            fall[pair] = max(0.0, total - with_it)
    return fall


@compiled
def _with_pair(market: Market, pair: int, gain: Array, around: Array, picked: Array) -> float:
    """The best schedule that has this pair in it, fixed cost taken off, within weekly minutes."""
    coordinator = market.coordinator[pair]
    begin, stop = market.first[coordinator], market.first[coordinator + 1]
    for other in range(begin, stop):
        around[other - begin] = -1.0 if clashing(market, pair, other) else gain[other - begin]
    scratch = np.empty(stop - begin + 1)
    week = market.week[market.slot[pair]]
    market.limit[coordinator, week] -= market.minutes[market.slot[pair]]
    fixed_cost = market.fixed_cost[coordinator]
    market.fixed_cost[coordinator] = 0.0
    rest, _ = best_schedule(market, coordinator, around, scratch, picked)
    market.fixed_cost[coordinator] = fixed_cost
    market.limit[coordinator, week] += market.minutes[market.slot[pair]]
    return float(gain[pair - begin] + rest - fixed_cost)
