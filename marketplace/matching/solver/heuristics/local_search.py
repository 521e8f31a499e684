"""Making a plan better by small steps: one coordinator at a time is planned again, and empty seats are filled by chains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.heuristics.ejection_chains import ChainLimits, fill_by_ejection_chains
from marketplace.matching.solver.market import Array, Market
from marketplace.matching.solver.prices import longest
from marketplace.matching.solver.schedules import best_schedule
from marketplace.matching.solver.solution import Solution, drop, take

CHAINS = ChainLimits(depth=4, width=6, steps=400, penalty=0.0)

LONG_CHAINS = ChainLimits(depth=8, width=8, steps=5000, penalty=0.0)


@compiled
def replan_one_by_one(market: Market, solution: Solution, order: Array) -> float:
    """Give each coordinator their best schedule in turn; the points gained, never below zero.

    A coordinator may take a seat from somebody else: that costs the value of the holder's pair, and saves the
    holder's fixed cost where it was the only one.
    """
    most = longest(market)
    gain, best, picked = np.empty(most), np.empty(most + 1), np.empty(most, np.int64)
    holder = np.empty(most, np.int64)
    total = 0.0
    for coordinator in order:
        begin, stop = market.first[coordinator], market.first[coordinator + 1]
        before = -market.fixed_cost[coordinator] if solution.held[coordinator] > 0 else 0.0
        while solution.held[coordinator] > 0:
            pair = solution.agenda[solution.agenda_first[coordinator]]
            before += market.value[pair]
            drop(market, solution, pair)
        for pair in range(begin, stop):
            slot = market.slot[pair]
            loss, holder[pair - begin] = 0.0, -1
            if solution.open[slot] <= 0:
                loss = np.inf
                for at in range(solution.holders_first[slot], solution.holders_first[slot] + solution.filled[slot]):
                    other = solution.holders[at]
                    who = market.coordinator[other]
                    losing = market.value[other] - (market.fixed_cost[who] if solution.held[who] == 1 else 0.0)
                    if losing < loss:
                        loss, holder[pair - begin] = losing, other
            gain[pair - begin] = market.value[pair] - loss
        after, count = best_schedule(market, coordinator, gain, best, picked)
        for k in range(count):
            if holder[picked[k] - begin] >= 0:
                drop(market, solution, holder[picked[k] - begin])
            take(market, solution, picked[k])
        total += after - before
    return total


def local_search(
    market: Market,
    solution: Solution,
    prices: Array,
    random: np.random.Generator,
    *,
    who: Array | None = None,
    slots: Array | None = None,
    rounds: int = 4,
    over: Callable[[], bool] = lambda: False,
) -> None:
    """Repeat both kinds of steps until neither gains anything, at most `rounds` times.

    `who` are the coordinators that are planned again and `slots` those whose empty seats are filled; all of them by default,
    though others may be moved on the way.
    """
    who = np.arange(market.coordinators) if who is None else who
    slots = np.arange(market.slots) if slots is None else slots
    slots = slots[market.eligible[slots] > 0]
    for _ in range(rounds):
        if over():
            return
        gained = replan_one_by_one(market, solution, random.permutation(who))
        waiting = slots[solution.open[slots] > 0]
        waiting = waiting[np.lexsort((random.random(len(waiting)), -market.scale[waiting]))]
        if over():
            return
        if market.fixed_cost.any():
            # A coordinator who is used already costs nothing more: the search among them may take longer.
            gained += fill_by_ejection_chains(market, solution, prices, waiting, LONG_CHAINS, True)
        gained += fill_by_ejection_chains(market, solution, prices, waiting, CHAINS, False)
        if gained < 0.5:
            return
