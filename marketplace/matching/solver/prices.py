"""Prices by Lagrangian relaxation: one on every slot, so that nobody wants more seats than there are.

At prices λ every coordinator may be planned on their own, and whatever a plan picks,

    value of a plan  ≤  L(λ)  =  Σ_s seats_s·λ_s  +  Σ_c max(0, best schedule of c at value − λ, less their fixed cost)

because a plan fills at most seats_s of each slot and no coordinator can do better than their best schedule. So L at any
prices bounds every plan from above; good prices make it tight. They are found by a randomised incremental subgradient:
one coordinator after another takes their best schedule, which makes those slots dearer, while all slots get cheaper with time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.market import Array, Market
from marketplace.matching.solver.schedules import best_schedule

FINENESS = 1024.0
"""Bounds are computed at prices that are multiples of 1/1024: with whole worths below 2**42 every sum is then exact."""

COOLINGS = 32
"""Number of times that prices fall within a pass."""


class SubgradientResult(NamedTuple):
    """The result of a run of passes."""

    prices: Array  # S  after the last pass
    average_prices: Array  # S  average over the last passes
    primal_average: Array  # E  how often of late the pair was chosen, 0..1


@compiled
def longest(market: Market) -> int:
    """The most pairs that one coordinator has."""
    most = 0
    for coordinator in range(len(market.rest)):
        most = max(most, market.first[coordinator + 1] - market.first[coordinator])
    return most


@compiled
def one_pass(market: Market, order: Array, prices: Array, step: float, weight: float, chosen: Array) -> None:
    """Everybody takes their best schedule once, in this order; prices move on the way, `chosen` gains `weight` a pick.

    A slot's price goes up by step × scale at each pick, and down by step × scale × seats over the whole pass: it stands still
    when as many take it as there are seats.
    """
    most = longest(market)
    gain, best, picked = np.empty(most), np.empty(most + 1), np.empty(most, np.int64)
    coolings = min(COOLINGS, max(1, len(order)))
    for cooling in range(coolings):
        for at in range(cooling * len(order) // coolings, (cooling + 1) * len(order) // coolings):
            coordinator = order[at]
            begin = market.first[coordinator]
            for pair in range(begin, market.first[coordinator + 1]):
                gain[pair - begin] = market.value[pair] - prices[market.slot[pair]]
            _, count = best_schedule(market, coordinator, gain, best, picked)
            for k in range(count):
                slot = market.slot[picked[k]]
                prices[slot] += step * market.scale[slot]
                chosen[picked[k]] += weight
        for slot in range(len(prices)):
            prices[slot] = max(0.0, prices[slot] - step * market.scale[slot] * market.seats[slot] / coolings)


@compiled
def bound_at(market: Market, prices: Array) -> float:
    """L(λ), exactly when prices are multiples of 1/1024: no plan of this market has more value."""
    most = longest(market)
    gain, best, picked = np.empty(most), np.empty(most + 1), np.empty(most, np.int64)
    bound = 0.0
    for slot in range(len(prices)):
        bound += prices[slot] * market.seats[slot]
    for coordinator in range(len(market.rest)):
        begin = market.first[coordinator]
        for pair in range(begin, market.first[coordinator + 1]):
            gain[pair - begin] = market.value[pair] - prices[market.slot[pair]]
        bound += best_schedule(market, coordinator, gain, best, picked)[0]
    return bound


def subgradient(
    market: Market,
    prices: Array,
    passes: int,
    steps: tuple[float, float],
    random: np.random.Generator,
    *,
    memory: float = 0.05,
    over: Callable[[], bool] = lambda: False,
) -> SubgradientResult:
    """Run passes from these prices with steps falling geometrically from steps[0] to steps[1].

    `memory` is the weight of one pass in the averages. Stops early once `over()` says so.
    """
    prices = prices.copy()
    average_prices = prices.copy()
    chosen = np.zeros(market.pairs, np.float32)
    step, weight, weights = steps[0], 1.0, 0.0
    fall = (steps[1] / steps[0]) ** (1.0 / max(1, passes - 1))
    for _ in range(passes):
        one_pass(market, random.permutation(market.coordinators), prices, step, weight, chosen)
        average_prices += memory * (prices - average_prices)
        step *= fall
        weights += weight
        if over():
            break
        weight /= 1.0 - memory
        if weight > 1e30:
            chosen /= np.float32(weight)
            weights, weight = weights / weight, 1.0
    return SubgradientResult(prices, average_prices, chosen / np.float32(weights or 1.0))


def rounded(prices: Array) -> Array:
    """Prices as multiples of 1/1024."""
    fine: Array = np.rint(np.maximum(prices, 0.0) * FINENESS) / FINENESS
    return fine


def prices_of_the_busiest_moment(market: Market) -> Array:
    """Prices that prove how many people are needed at least, where using somebody costs points.

    Every slot costs the whole value of its best pair, except those that run at the busiest moment: these leave as much as the
    cheapest fixed cost. Nobody can hold two of them, so nobody gains anything, and the bound counts one fixed cost a seat.
    """
    dearest = np.zeros(market.slots)
    np.maximum.at(dearest, market.slot, market.value)
    seats = np.minimum(market.seats, market.eligible)
    moments = np.argsort(np.concatenate([market.end, market.start]), kind="stable")
    running = np.cumsum(np.concatenate([-seats, seats])[moments])
    at = np.concatenate([market.end, market.start])[moments][np.argmax(running)] if market.slots else 0
    now = (market.start <= at) & (at < market.end)
    return np.where(now, np.maximum(dearest - market.fixed_cost.min(initial=np.inf), 0.0), dearest)
