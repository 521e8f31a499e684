"""Ejection chains: a coordinator takes an open seat and gives up another shift, which a second coordinator takes, and so on.

A chain is a list of steps (pair added, pair dropped or −1). The search is depth first and stops at the first chain that
gains. At each slot it tries the `width` most promising steps, estimated as if the slot given up could be filled again at its
price. The last slot given up may stay open.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.market import Array, Market, clashing
from marketplace.matching.solver.solution import Solution, drop, take


class ChainLimits(NamedTuple):
    """Limits of the search for one chain."""

    depth: int  # how many people may be moved
    width: int  # steps tried at each slot
    steps: int  # steps tried in all
    penalty: float  # points lost for each person moved


@compiled
def blocker(market: Market, solution: Solution, prices: Array, pair: int) -> int:
    """The one pair the coordinator must give up to take this one: −1 for none, −2 when one is not enough."""
    slot, coordinator = market.slot[pair], market.coordinator[pair]
    week, begin = market.week[slot], solution.agenda_first[coordinator]
    stop = begin + solution.held[coordinator]
    blocking = -1
    for at in range(begin, stop):
        if clashing(market, solution.agenda[at], pair):
            if blocking >= 0:
                return -2
            blocking = solution.agenda[at]
    missing = market.minutes[slot] - solution.left[coordinator, week]
    if blocking >= 0:
        given = market.slot[blocking]
        if market.week[given] == week:
            missing -= market.minutes[given]
        return blocking if missing <= 0 else -2
    if missing <= 0:
        return -1
    blocking, least = -2, np.inf
    for at in range(begin, stop):
        given = market.slot[solution.agenda[at]]
        loss = market.value[solution.agenda[at]] - prices[given]
        if market.week[given] == week and market.minutes[given] >= missing and loss < least:
            blocking, least = solution.agenda[at], loss
    return blocking


@compiled
def _steps(
    market: Market, solution: Solution, prices: Array, slot: int, moved: Array, add: Array, give: Array, promise: Array
) -> int:
    """Write the most promising steps for a seat of the slot, best first; return how many. Skips the coordinators in `moved`."""
    count = 0
    for at in range(market.slot_first[slot], market.slot_first[slot + 1]):
        pair = market.by_slot[at]
        coordinator = market.coordinator[pair]
        if solution.chosen[pair] or moved[coordinator]:
            continue
        blocking = blocker(market, solution, prices, pair)
        if blocking == -2:
            continue
        hope = market.value[pair]
        if blocking >= 0:
            hope -= market.value[blocking] - prices[market.slot[blocking]]
        else:
            hope += prices[slot]
            if solution.held[coordinator] == 0:
                hope -= market.fixed_cost[coordinator]
        if count < len(add):
            count += 1
        elif hope <= promise[count - 1]:
            continue
        place = count - 1
        while place > 0 and promise[place - 1] < hope:
            add[place], give[place], promise[place] = add[place - 1], give[place - 1], promise[place - 1]
            place -= 1
        add[place], give[place], promise[place] = pair, blocking, hope
    return count


@compiled
def find_chain(
    market: Market,
    solution: Solution,
    prices: Array,
    slot: int,
    limits: ChainLimits,
    moved: Array,
    added: Array,
    dropped: Array,
) -> tuple[float, int]:
    """The gain in points of the first chain found that fills a seat of the slot, and its length (0 when none gains).

    `added` and `dropped` (depth + 1 long) receive the steps. `moved` is scratch, all False, one entry a coordinator.
    """
    levels = limits.depth + 1
    add = np.empty((levels, limits.width), np.int64)
    give = np.empty((levels, limits.width), np.int64)
    promise = np.empty((levels, limits.width))
    count, at = np.zeros(levels, np.int64), np.zeros(levels, np.int64)
    so_far = np.zeros(levels + 1)
    path = np.empty((levels, 2), np.int64)
    best, length = 0.0, 0
    level, steps = 0, 0
    count[0] = _steps(market, solution, prices, slot, moved, add[0], give[0], promise[0])
    while level >= 0:
        if at[level] >= count[level] or steps >= limits.steps or length > 0:
            level -= 1
            if level >= 0:
                moved[market.coordinator[path[level, 0]]] = False
            continue
        steps += 1
        pair, blocking = add[level, at[level]], give[level, at[level]]
        at[level] += 1
        coordinator = market.coordinator[pair]
        path[level, 0], path[level, 1] = pair, blocking
        gain = so_far[level] + market.value[pair]
        if blocking >= 0:
            gain -= market.value[blocking] + limits.penalty
        elif solution.held[coordinator] == 0:
            gain -= market.fixed_cost[coordinator]
        if gain > 1e-6:
            best, length = gain, level + 1
            for k in range(length):
                added[k], dropped[k] = path[k, 0], path[k, 1]
        if blocking >= 0 and level < limits.depth:
            moved[coordinator] = True
            so_far[level + 1] = gain
            level += 1
            at[level] = 0
            slot_given = market.slot[blocking]
            count[level] = _steps(market, solution, prices, slot_given, moved, add[level], give[level], promise[level])
    return best, length


@compiled
def follow_chain(market: Market, solution: Solution, added: Array, dropped: Array, length: int) -> None:
    """Apply the steps of a chain to the solution."""
    for k in range(length):
        if dropped[k] >= 0:
            drop(market, solution, dropped[k])
    for k in range(length):
        take(market, solution, added[k])


@compiled
def fill_by_ejection_chains(
    market: Market, solution: Solution, prices: Array, slots: Array, limits: ChainLimits, among_used: bool
) -> float:
    """Fill open seats of these slots; the points gained. `among_used` skips coordinators without any pair."""
    moved = np.zeros(len(market.rest), np.bool_)
    if among_used:
        moved[:] = solution.held == 0
    added, dropped = np.empty(limits.depth + 1, np.int64), np.empty(limits.depth + 1, np.int64)
    total = 0.0
    for slot in slots:
        while solution.open[slot] > 0:
            gain, length = find_chain(market, solution, prices, slot, limits, moved, added, dropped)
            if length == 0:
                break
            follow_chain(market, solution, added, dropped, length)
            total += gain
    return total
