"""The instance made ready for solving: sorted, renumbered, without pairs that could never be chosen.

Slots are renumbered in order of start and coordinators by what they are, so that the order in which an instance lists
them makes no difference. Pairs are sorted by coordinator and start: one coordinator's pairs lie side by side, and their
weeks follow one another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.solver.compiling import compiled, compiled_in_place

Array = NDArray[Any]


class Market(NamedTuple):
    """S slots, C coordinators, K weeks, E pairs. All times in minutes, all worths in points."""

    first: Array  # C+1  coordinator c has the pairs first[c] .. first[c+1]
    slot: Array  # E  the slot of each pair
    coordinator: Array  # E
    value: Array  # E  points a pair adds to a plan, above zero
    follower: (
        Array  # E  first later pair of the same coordinator that leaves their rest (their last pair + 1 when none)
    )
    start: Array  # S
    end: Array  # S
    minutes: Array  # S  how long the slot lasts
    week: Array  # S
    seats: Array  # S  how many may still be chosen for the slot
    scale: Array  # S  points by which prices of this slot move at step 1
    rest: Array  # C
    limit: Array  # C × K  minutes left
    fixed_cost: Array  # C  points lost when they are used
    grid: Array  # C  greatest common divisor of the durations of their pairs, in minutes
    by_slot: Array  # E  pairs in order of slot
    slot_first: Array  # S+1  slot s is the slot of by_slot[slot_first[s] .. slot_first[s+1]]

    @property
    def slots(self) -> int:
        return len(self.start)

    @property
    def coordinators(self) -> int:
        return len(self.rest)

    @property
    def pairs(self) -> int:
        return len(self.slot)

    @property
    def eligible(self) -> Array:
        """The number of coordinators who may take each slot."""
        return np.diff(self.slot_first)


@compiled
def grouped(key: Array, groups: int) -> tuple[Array, Array]:
    """Indices in order of key, equal ones as they came, and where each group begins (a counting sort)."""
    first = np.zeros(groups + 1, np.int64)
    for i in range(len(key)):
        first[key[i] + 1] += 1
    for group in range(groups):
        first[group + 1] += first[group]
    place = first[:-1].copy()
    order = np.empty(len(key), np.int32)
    for i in range(len(key)):
        order[place[key[i]]] = i
        place[key[i]] += 1
    return order, first


@compiled
def followers(first: Array, slot: Array, start: Array, end: Array, rest: Array) -> Array:
    """For each pair the first later pair of the same coordinator that starts when they have rested.

    In order of start everything between the two begins too early, and everything from it on begins late enough: so a
    chain of followers never clashes, however the slots lie inside one another.
    """
    follower = np.empty(len(slot), np.int32)
    for coordinator in range(len(first) - 1):
        for pair in range(first[coordinator], first[coordinator + 1]):
            rested = end[slot[pair]] + rest[coordinator]
            low, high = pair + 1, first[coordinator + 1]
            while low < high:
                middle = (low + high) // 2
                if start[slot[middle]] >= rested:
                    high = middle
                else:
                    low = middle + 1
            follower[pair] = low
    return follower


@compiled
def grids(first: Array, slot: Array, minutes: Array) -> Array:
    """The greatest common divisor of the durations of each coordinator's pairs; 1 when they have none."""
    grid = np.ones(len(first) - 1, np.int64)
    for coordinator in range(len(first) - 1):
        common = 0
        for pair in range(first[coordinator], first[coordinator + 1]):
            other = minutes[slot[pair]]
            while common > 0 and other % common > 0:
                common, other = other % common, common
            common = common if common > 0 else other
        grid[coordinator] = max(common, 1)
    return grid


def assemble(
    slot: Array, coordinator: Array, value: Array, slots: tuple[Array, ...], coordinators: tuple[Array, ...]
) -> Market:
    """A market from pairs that are sorted by coordinator and start.

    `slots` are start, end, minutes, week, seats and scale; `coordinators` are rest, limit and fixed cost.
    """
    start, end = slots[:2]
    first = np.searchsorted(coordinator, np.arange(len(coordinators[0]) + 1)).astype(np.int64)
    follower = followers(first, slot, start, end, coordinators[0])
    by_slot, slot_first = grouped(slot, len(start))
    start, end, minutes, week, seats, scale = slots
    rest, limit, fixed_cost = coordinators
    return Market(
        first, slot, coordinator, value, follower, start, end, minutes, week, seats, scale,
        rest, limit, fixed_cost, grids(first, slot, minutes), by_slot, slot_first,
    )  # fmt: skip


def restricted(market: Market, keep: Array, seats: Array, limit: Array, fixed_cost: Array) -> Market:
    """The market with only the pairs `keep` (ascending), and with what is left of seats and minutes."""
    slots = (market.start, market.end, market.minutes, market.week, seats, market.scale)
    return assemble(
        market.slot[keep], market.coordinator[keep], market.value[keep], slots, (market.rest, limit, fixed_cost)
    )


def part_of(market: Market, keep: Array, seats: Array, limit: Array, fixed_cost: Array) -> tuple[Market, Array]:
    """As `restricted`, but with only the slots and coordinators that the pairs `keep` name, renumbered in the same order.

    Gives the part and its slots, as the market numbers them; pair i of the part is pair keep[i] of the market.
    """
    slots, slot = _named(market.slot[keep], market.slots)
    coordinators, coordinator = _named(market.coordinator[keep], market.coordinators)
    kept = (market.start, market.end, market.minutes, market.week, seats, market.scale)
    people = (market.rest, limit, fixed_cost)
    part = assemble(
        slot,
        coordinator,
        market.value[keep],
        tuple(array[slots] for array in kept),
        tuple(array[coordinators] for array in people),
    )
    return part, slots


def _named(numbers: Array, count: int) -> tuple[Array, Array]:
    """Which of 0 .. count − 1 are among the numbers, ascending, and the numbers as places in that list."""
    there = np.zeros(count, np.bool_)
    there[numbers] = True
    places = np.cumsum(there, dtype=np.int32) - np.int32(1)
    return np.flatnonzero(there), places[numbers]


@compiled_in_place
def clashing(market: Market, one: int, other: int) -> bool:
    """Whether the coordinator may not hold both of these pairs of theirs."""
    a, b = market.slot[one], market.slot[other]
    rest = market.rest[market.coordinator[one]]
    return bool(market.start[a] < market.end[b] + rest and market.start[b] < market.end[a] + rest)
