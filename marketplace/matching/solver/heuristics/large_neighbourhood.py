"""Making a plan better by large steps: some coordinators hand everything back, and their part of the plan is decided again.

Who that is follows from the certificate. A plan falls short of L(λ) by exactly what each coordinator's schedule falls short of
their best one at the prices, plus the prices of empty seats: so people with a large shortfall, and those who may take the
empty seats, are where something can be gained.
"""

from __future__ import annotations

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.heuristics.dive import dive
from marketplace.matching.solver.heuristics.local_search import local_search
from marketplace.matching.solver.market import Array, Market, part_of
from marketplace.matching.solver.prices import longest, subgradient
from marketplace.matching.solver.schedules import best_schedule
from marketplace.matching.solver.solution import Solution, copied, drop, fitting, take_in_order, value_of

PASSES = 60
STEPS = (0.03, 0.001)


@compiled
def shortfalls(market: Market, solution: Solution, prices: Array) -> Array:
    """For each coordinator the points by which their schedule falls short of their best one at these prices."""
    most = longest(market)
    gain, best, picked = np.empty(most), np.empty(most + 1), np.empty(most, np.int64)
    short = np.zeros(len(market.rest))
    for coordinator in range(len(market.rest)):
        begin = market.first[coordinator]
        has = -market.fixed_cost[coordinator] if solution.held[coordinator] > 0 else 0.0
        for pair in range(begin, market.first[coordinator + 1]):
            gain[pair - begin] = market.value[pair] - prices[market.slot[pair]]
            if solution.chosen[pair]:
                has += gain[pair - begin]
        short[coordinator] = best_schedule(market, coordinator, gain, best, picked)[0] - has
    return short


def large_neighbourhood(
    market: Market, solution: Solution, prices: Array, size: int, random: np.random.Generator
) -> tuple[Solution, float]:
    """Decide again for about `size` coordinators: the better of the new solution and the old one, and the points gained."""
    who = _who(market, solution, prices, size, random)
    trial = copied(solution)
    _release(market, trial, who)
    given_back = trial.open > solution.open
    among = np.zeros(market.coordinators, np.bool_)
    among[who] = True
    candidates = fitting(market, trial, np.flatnonzero(among[market.coordinator] | given_back[market.slot]))
    fixed_cost = np.where(trial.held > 0, 0.0, market.fixed_cost)
    part, slots = part_of(market, candidates, trial.open, trial.left, fixed_cost)
    result = subgradient(part, prices[slots], PASSES, STEPS, random, memory=0.08)
    decided = dive(part, result.prices, result.primal_average, random, passes=20)
    take_in_order(market, trial, candidates[decided.chosen])
    local_search(market, trial, prices, random, who=who, slots=np.flatnonzero(given_back), rounds=2)
    gained = value_of(market, trial) - value_of(market, solution)
    return (trial, gained) if gained >= 0 else (solution, 0.0)


def _who(market: Market, solution: Solution, prices: Array, size: int, random: np.random.Generator) -> Array:
    """A neighbourhood: somebody who falls short or an empty seat, and people who compete for the same slots."""
    short = np.maximum(shortfalls(market, solution, prices), 0.0)
    empty = solution.open * prices * (market.eligible > 0)
    weights = np.concatenate([short, empty]) + 1e-3
    seed = int(random.choice(len(weights), p=weights / weights.sum()))
    near = np.zeros(market.coordinators)
    if seed < market.coordinators:
        near[seed] = 1e9
        slots = market.slot[market.first[seed] : market.first[seed + 1]]
    else:
        slots = np.array([seed - market.coordinators])
    touched = np.zeros(market.slots)
    touched[slots] = 1.0
    near += np.bincount(market.coordinator, weights=touched[market.slot], minlength=market.coordinators)
    appeal = near * random.random(market.coordinators) * (1.0 + short / (short.mean() + 1.0))
    appeal += 1e-6 * random.random(market.coordinators)
    return np.argsort(-appeal, kind="stable")[:size]


@compiled
def _release(market: Market, solution: Solution, who: Array) -> None:
    for coordinator in who:
        while solution.held[coordinator] > 0:
            drop(market, solution, solution.agenda[solution.agenda_first[coordinator]])
