"""A plan in the making: the pairs taken so far, and the seats and hours that are left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.market import Array, Market, clashing


class Solution(NamedTuple):
    """All arrays change in place; use `take` and `drop`, which keep them in step."""

    chosen: Array  # E  is the pair in the plan
    open: Array  # S  seats nobody has yet
    left: Array  # C × K  minutes left
    held: Array  # C  how many pairs each coordinator has
    agenda: Array  # their pairs, in no order: agenda[agenda_first[c] .. + held[c]]
    agenda_first: Array  # C+1
    filled: Array  # S  how many pairs each slot has
    holders: Array  # those pairs, in no order: holders[holders_first[s] .. + filled[s]]
    holders_first: Array  # S+1


def empty_solution(market: Market) -> Solution:
    """Nobody has anything yet."""
    agenda_first = np.concatenate([[0], np.cumsum(_most_slots_at_once(market))])
    holders_first = np.concatenate([[0], np.cumsum(np.minimum(market.seats, market.eligible))])
    return Solution(
        chosen=np.zeros(market.pairs, np.bool_),
        open=market.seats.copy(),
        left=market.limit.copy(),
        held=np.zeros(market.coordinators, np.int64),
        agenda=np.empty(agenda_first[-1], np.int64),
        agenda_first=agenda_first,
        filled=np.zeros(market.slots, np.int64),
        holders=np.empty(holders_first[-1], np.int64),
        holders_first=holders_first,
    )


def copied(solution: Solution) -> Solution:
    """The same roster, to try something with."""
    return Solution(*(array.copy() for array in solution))


@compiled
def _most_slots_at_once(market: Market) -> Array:
    """The number of slots in the fullest schedule of each coordinator, hours apart."""
    most = np.zeros(len(market.rest), np.int64)
    for coordinator in range(len(market.rest)):
        begin, stop = market.first[coordinator], market.first[coordinator + 1]
        count = np.zeros(stop - begin + 1, np.int64)
        for pair in range(stop - 1, begin - 1, -1):
            i = pair - begin
            count[i] = max(count[i + 1], 1 + count[market.follower[pair] - begin])
        most[coordinator] = count[0]
    return most


@compiled
def take(market: Market, solution: Solution, pair: int) -> None:
    """Put a pair into the plan. That it fits is for the caller to know."""
    slot, coordinator = market.slot[pair], market.coordinator[pair]
    solution.chosen[pair] = True
    solution.open[slot] -= 1
    solution.left[coordinator, market.week[slot]] -= market.minutes[slot]
    solution.agenda[solution.agenda_first[coordinator] + solution.held[coordinator]] = pair
    solution.held[coordinator] += 1
    solution.holders[solution.holders_first[slot] + solution.filled[slot]] = pair
    solution.filled[slot] += 1


@compiled
def drop(market: Market, solution: Solution, pair: int) -> None:
    """Take a pair out of the plan again."""
    slot, coordinator = market.slot[pair], market.coordinator[pair]
    solution.chosen[pair] = False
    solution.open[slot] += 1
    solution.left[coordinator, market.week[slot]] += market.minutes[slot]
    solution.held[coordinator] -= 1
    solution.filled[slot] -= 1
    _forget(solution.agenda, solution.agenda_first[coordinator], solution.held[coordinator], pair)
    _forget(solution.holders, solution.holders_first[slot], solution.filled[slot], pair)


@compiled
def _forget(entries: Array, first: int, last: int, pair: int) -> None:
    for at in range(first, first + last):
        if entries[at] == pair:
            entries[at] = entries[first + last]
            return


@compiled
def fits(market: Market, solution: Solution, pair: int) -> bool:
    """May the coordinator take this pair as things are: a seat, rest, hours?"""
    slot, coordinator = market.slot[pair], market.coordinator[pair]
    if solution.chosen[pair] or solution.open[slot] <= 0:
        return False
    if solution.left[coordinator, market.week[slot]] < market.minutes[slot]:
        return False
    begin = solution.agenda_first[coordinator]
    for at in range(begin, begin + solution.held[coordinator]):  # noqa: SIM110  (there are no generators in compiled code)
        if clashing(market, solution.agenda[at], pair):
            return False
    return True


@compiled
def take_in_order(market: Market, solution: Solution, pairs: Array) -> int:
    """Take each of these pairs that still fits; how many did."""
    taken = 0
    for pair in pairs:
        if fits(market, solution, pair):
            take(market, solution, pair)
            taken += 1
    return taken


@compiled
def fitting(market: Market, solution: Solution, pairs: Array) -> Array:
    """Those of the pairs (ascending) that fit as things are: as `fits`, with each agenda read once."""
    keep = np.empty(len(pairs), pairs.dtype)
    most = 0
    for coordinator in range(len(market.rest)):
        most = max(most, solution.held[coordinator])
    busy, rested = np.empty(most, np.int64), np.empty(most, np.int64)
    count, reading, engagements = 0, -1, 0
    for pair in pairs:
        slot, coordinator = market.slot[pair], market.coordinator[pair]
        if solution.chosen[pair] or solution.open[slot] <= 0:
            continue
        if solution.left[coordinator, market.week[slot]] < market.minutes[slot]:
            continue
        if coordinator != reading:
            reading, engagements = coordinator, solution.held[coordinator]
            for k in range(engagements):
                held = market.slot[solution.agenda[solution.agenda_first[coordinator] + k]]
                busy[k], rested[k] = market.start[held], market.end[held] + market.rest[coordinator]
        start, end = market.start[slot], market.end[slot] + market.rest[coordinator]
        free = True
        for k in range(engagements):
            free = free and (start >= rested[k] or end <= busy[k])
        if free:
            keep[count] = pair
            count += 1
    return keep[:count]


def value_of(market: Market, solution: Solution) -> float:
    """The value in points: its pairs, less the fixed cost of everybody used."""
    return float(market.value[solution.chosen].sum() - market.fixed_cost[solution.held > 0].sum())
