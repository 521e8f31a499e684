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
    primal_average: Array,
    random: np.random.Generator,
    *,
    passes: int = 40,
    over: Callable[[], bool] = lambda: False,
) -> Solution:
    """A plan, as a roster. `prices` and `leaning` are those of a settled market.

    When `over()` says so, all that is left is decided at once, by leaning.
    """
    solution, prices = empty_solution(market), prices.copy()
    candidates = np.arange(market.pairs)
    while len(candidates):
        hurry = over()
        order = candidates[_order_to_decide(primal_average, int(solution.open.sum()))]
        if hurry:
            order = candidates[np.lexsort((-market.value[candidates], -primal_average))]
        take_in_order(market, solution, order)
        if hurry:
            break
        candidates = fitting(market, solution, candidates)
        fixed_cost = np.where(solution.held > 0, 0.0, market.fixed_cost)
        rest, slots = part_of(market, candidates, solution.open, solution.left, fixed_cost)
        result = subgradient(rest, prices[slots], passes, STEPS, random, memory=0.08, over=over)
        prices[slots], primal_average = result.prices, result.primal_average
        if not primal_average.any():
            break
    return solution


def _order_to_decide(primal_average: Array, seats: int) -> Array:
    """Positions of the pairs that are decided now, the surest first."""
    sure = np.flatnonzero(primal_average >= CERTAIN)
    if len(sure) < max(5, 0.05 * seats):
        likely = np.argsort(-primal_average, kind="stable")
        sure = likely[: max(20, int(0.3 * (primal_average > 0.3).sum()))]
        sure = sure[primal_average[sure] > 0]
    ordered: Array = sure[np.argsort(-primal_average[sure], kind="stable")]
    return ordered
