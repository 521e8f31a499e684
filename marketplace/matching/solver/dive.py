"""From prices to a plan: what the prices agree on is decided, and the rest is priced again, until nothing is left to decide."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from marketplace.matching.solver.market import Array, Market, part_of
from marketplace.matching.solver.prices import subgradient
from marketplace.matching.solver.solution import Solution, empty_solution, fitting, take_in_order

CERTAIN = 0.95
STEPS = (0.02, 0.001)


def dive(
    market: Market,
    prices: Array,
    leaning: Array,
    random: np.random.Generator,
    *,
    passes: int = 40,
    over: Callable[[], bool] = lambda: False,
) -> Solution:
    """A plan, as a roster. `prices` and `leaning` are those of a settled market.

    When `over()` says so, all that is left is decided at once, by leaning.
    """
    roster, prices = empty_solution(market), prices.copy()
    candidates = np.arange(market.pairs)
    while len(candidates):
        hurry = over()
        order = candidates[_order_to_decide(leaning, int(roster.open.sum()))]
        if hurry:
            order = candidates[np.lexsort((-market.worth[candidates], -leaning))]
        take_in_order(market, roster, order)
        if hurry:
            break
        candidates = fitting(market, roster, candidates)
        activation = np.where(roster.held > 0, 0.0, market.activation)
        rest, slots = part_of(market, candidates, roster.open, roster.left, activation)
        settled = subgradient(rest, prices[slots], passes, STEPS, random, memory=0.08, over=over)
        prices[slots], leaning = settled.prices, settled.leaning
        if not leaning.any():
            break
    return roster


def _order_to_decide(leaning: Array, seats: int) -> Array:
    """Positions of the pairs that are decided now, the surest first."""
    sure = np.flatnonzero(leaning >= CERTAIN)
    if len(sure) < max(5, 0.05 * seats):
        likely = np.argsort(-leaning, kind="stable")
        sure = likely[: max(20, int(0.3 * (leaning > 0.3).sum()))]
        sure = sure[leaning[sure] > 0]
    ordered: Array = sure[np.argsort(-leaning[sure], kind="stable")]
    return ordered
