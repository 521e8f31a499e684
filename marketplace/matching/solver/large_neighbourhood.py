"""Making a plan better by large steps: some coordinators hand everything back, and their part of the plan is decided anew.

Who that is follows from the certificate. A plan falls short of L(λ) by exactly what each coordinator's schedule falls short of
her best one at the prices, plus the prices of empty seats: so people with a large shortfall, and those who may take the
empty seats, are where something can be gained.
"""

from __future__ import annotations

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.dive import dive
from marketplace.matching.solver.local_search import local_search
from marketplace.matching.solver.market import Array, Market, part_of
from marketplace.matching.solver.prices import longest, subgradient
from marketplace.matching.solver.schedules import best_schedule
from marketplace.matching.solver.solution import Solution, copied, drop, fitting, take_in_order, value_of

PASSES = 60
STEPS = (0.03, 0.001)


@compiled
def shortfalls(market: Market, roster: Solution, prices: Array) -> Array:
    """For each coordinator the points by which her schedule falls short of her best one at these prices."""
    most = longest(market)
    gain, best, picked = np.empty(most), np.empty(most + 1), np.empty(most, np.int64)
    short = np.zeros(len(market.rest))
    for coordinator in range(len(market.rest)):
        begin = market.first[coordinator]
        has = -market.activation[coordinator] if roster.held[coordinator] > 0 else 0.0
        for pair in range(begin, market.first[coordinator + 1]):
            gain[pair - begin] = market.worth[pair] - prices[market.slot[pair]]
            if roster.chosen[pair]:
                has += gain[pair - begin]
        short[coordinator] = best_schedule(market, coordinator, gain, best, picked)[0] - has
    return short


def large_neighbourhood(
    market: Market, roster: Solution, prices: Array, size: int, random: np.random.Generator
) -> tuple[Solution, float]:
    """Decide anew for about `size` coordinators; the better of the new roster and the old one, and the points gained."""
    who = _who(market, roster, prices, size, random)
    trial = copied(roster)
    _hand_back(market, trial, who)
    given_back = trial.open > roster.open
    among = np.zeros(market.coordinators, np.bool_)
    among[who] = True
    candidates = fitting(market, trial, np.flatnonzero(among[market.coordinator] | given_back[market.slot]))
    activation = np.where(trial.held > 0, 0.0, market.activation)
    part, slots = part_of(market, candidates, trial.open, trial.left, activation)
    settled = subgradient(part, prices[slots], PASSES, STEPS, random, memory=0.08)
    decided = dive(part, settled.prices, settled.leaning, random, passes=20)
    take_in_order(market, trial, candidates[decided.chosen])
    local_search(market, trial, prices, random, who=who, slots=np.flatnonzero(given_back), rounds=2)
    gained = value_of(market, trial) - value_of(market, roster)
    return (trial, gained) if gained >= 0 else (roster, 0.0)


def _who(market: Market, roster: Solution, prices: Array, size: int, random: np.random.Generator) -> Array:
    """A neighbourhood: somebody who falls short or an empty seat, and people who compete for the same slots."""
    short = np.maximum(shortfalls(market, roster, prices), 0.0)
    empty = roster.open * prices * (market.eligible > 0)
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
def _hand_back(market: Market, roster: Solution, who: Array) -> None:
    for coordinator in who:
        while roster.held[coordinator] > 0:
            drop(market, roster, roster.agenda[roster.agenda_first[coordinator]])
