"""Filling a seat by asking people to move: somebody takes it and gives up another shift, which somebody else takes, and so on.

A chain is a list of steps (pair added, pair dropped or −1). It is looked for depth first; at each slot the `width` most
promising ways are tried, judged as if the slot given up could be filled again at its price.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.market import Array, Market, clashing
from marketplace.matching.solver.solution import Solution, drop, take


class Search(NamedTuple):
    """How far to look."""

    depth: int  # how many people may be moved
    width: int  # ways tried at each slot
    steps: int  # ways tried in all
    penalty: float  # points lost for each person moved
    may_leave_open: bool  # may the last slot given up stay empty, when that still is a gain
    first_gain: bool  # be content with the first gain; otherwise look for the best chain


@compiled
def blocker(market: Market, roster: Solution, prices: Array, pair: int) -> int:
    """Which one pair the coordinator must give up to take this one: −1 none, −2 when one is not enough."""
    slot, coordinator = market.slot[pair], market.coordinator[pair]
    week, begin = market.week[slot], roster.agenda_first[coordinator]
    stop = begin + roster.held[coordinator]
    blocking = -1
    for at in range(begin, stop):
        if clashing(market, roster.agenda[at], pair):
            if blocking >= 0:
                return -2
            blocking = roster.agenda[at]
    missing = market.minutes[slot] - roster.left[coordinator, week]
    if blocking >= 0:
        given = market.slot[blocking]
        if market.week[given] == week:
            missing -= market.minutes[given]
        return blocking if missing <= 0 else -2
    if missing <= 0:
        return -1
    blocking, least = -2, np.inf
    for at in range(begin, stop):
        given = market.slot[roster.agenda[at]]
        loss = market.worth[roster.agenda[at]] - prices[given]
        if market.week[given] == week and market.minutes[given] >= missing and loss < least:
            blocking, least = roster.agenda[at], loss
    return blocking


@compiled
def _ways(
    market: Market, roster: Solution, prices: Array, slot: int, moved: Array, add: Array, give: Array, promise: Array
) -> int:
    """The most promising ways to fill a seat of the slot, best first; how many. `moved` are taken out of account."""
    count = 0
    for at in range(market.slot_first[slot], market.slot_first[slot + 1]):
        pair = market.by_slot[at]
        coordinator = market.coordinator[pair]
        if roster.chosen[pair] or moved[coordinator]:
            continue
        blocking = blocker(market, roster, prices, pair)
        if blocking == -2:
            continue
        hope = market.worth[pair]
        if blocking >= 0:
            hope -= market.worth[blocking] - prices[market.slot[blocking]]
        else:
            hope += prices[slot]
            if roster.held[coordinator] == 0:
                hope -= market.activation[coordinator]
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
    roster: Solution,
    prices: Array,
    slot: int,
    search: Search,
    moved: Array,
    added: Array,
    dropped: Array,
) -> tuple[float, int]:
    """The gain of a chain that fills a seat of the slot, and its length (0 when there is none that gains).

    `added` and `dropped` (depth + 1 long) receive the steps. `moved` is scratch, all False, one entry a coordinator.
    """
    levels = search.depth + 1
    add = np.empty((levels, search.width), np.int64)
    give = np.empty((levels, search.width), np.int64)
    promise = np.empty((levels, search.width))
    count, at = np.zeros(levels, np.int64), np.zeros(levels, np.int64)
    so_far = np.zeros(levels + 1)
    path = np.empty((levels, 2), np.int64)
    best, length = 0.0, 0
    level, steps = 0, 0
    count[0] = _ways(market, roster, prices, slot, moved, add[0], give[0], promise[0])
    while level >= 0:
        if at[level] >= count[level] or steps >= search.steps or (length > 0 and search.first_gain):
            level -= 1
            if level >= 0:
                moved[market.coordinator[path[level, 0]]] = False
            continue
        steps += 1
        pair, blocking = add[level, at[level]], give[level, at[level]]
        at[level] += 1
        coordinator = market.coordinator[pair]
        path[level, 0], path[level, 1] = pair, blocking
        gain = so_far[level] + market.worth[pair]
        if blocking >= 0:
            gain -= market.worth[blocking] + search.penalty
        elif roster.held[coordinator] == 0:
            gain -= market.activation[coordinator]
        if gain > best + 1e-6 and (blocking < 0 or search.may_leave_open):
            best, length = gain, level + 1
            for k in range(length):
                added[k], dropped[k] = path[k, 0], path[k, 1]
        if blocking >= 0 and level < search.depth:
            moved[coordinator] = True
            so_far[level + 1] = gain
            level += 1
            at[level] = 0
            slot_given = market.slot[blocking]
            count[level] = _ways(market, roster, prices, slot_given, moved, add[level], give[level], promise[level])
    return best, length


@compiled
def follow_chain(market: Market, roster: Solution, added: Array, dropped: Array, length: int) -> None:
    """Do what the chain says."""
    for k in range(length):
        if dropped[k] >= 0:
            drop(market, roster, dropped[k])
    for k in range(length):
        take(market, roster, added[k])


@compiled
def fill_by_ejection_chains(
    market: Market, roster: Solution, prices: Array, slots: Array, search: Search, among_used: bool
) -> float:
    """Fill what can be filled of these slots' open seats; the points gained. `among_used` leaves out who has no pair yet."""
    moved = np.zeros(len(market.rest), np.bool_)
    if among_used:
        moved[:] = roster.held == 0
    added, dropped = np.empty(search.depth + 1, np.int64), np.empty(search.depth + 1, np.int64)
    total = 0.0
    for slot in slots:
        while roster.open[slot] > 0:
            gain, length = find_chain(market, roster, prices, slot, search, moved, added, dropped)
            if length == 0:
                break
            follow_chain(market, roster, added, dropped, length)
            total += gain
    return total
