"""From an instance to a market: what is pinned is set, what is vetoed is gone, and the rest stands in an order of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketplace.kernel import Invalid
from marketplace.matching.constants import INCUMBENT_BONUS, PRIORITY_POINTS
from marketplace.matching.solver.instance import Instance, Integers
from marketplace.matching.solver.market import Array, Market, assemble, grouped, restricted
from marketplace.matching.solver.plan_check import check
from marketplace.matching.solver.solution import empty_solution, fitting, take_in_order


class Prepared(NamedTuple):
    """A market, and the way back to the instance."""

    market: Market
    origin: Array  # E  the instance's pair of each pair of the market
    slot_order: Array  # S  the instance's slot of each slot of the market
    pins: Integers
    pinned_points: int  # the value of the pins, fixed cost of their coordinators taken off
    bonus: Array  # one entry a pair of the instance: points for staying


def prepare(
    instance: Instance,
    pins: Integers | None = None,
    vetoes: Integers | None = None,
    stay: Integers | None = None,
) -> Prepared:
    """Put the instance in order. Raises `Invalid` where pins break a rule, or name what does not exist."""
    pins, vetoes, stay = (_pair_numbers(instance, given) for given in (pins, vetoes, stay))
    _check_pins(instance, pins, vetoes)
    bonus = np.zeros(instance.pairs, np.int64)
    bonus[stay] = INCUMBENT_BONUS
    value = instance.pair_value + bonus
    slot_order, coordinator_order = _slot_order(instance), _coordinator_order(instance)
    origin, slot, coordinator = _sorted_pairs(
        instance, _possible(instance, value, pins, vetoes), slot_order, coordinator_order
    )
    slots = (
        instance.slot_start[slot_order],
        instance.slot_end[slot_order],
        (instance.slot_end - instance.slot_start)[slot_order],
        instance.slot_week[slot_order],
        np.minimum(instance.slot_headcount[slot_order], instance.coordinators),
        PRIORITY_POINTS * np.maximum(instance.slot_priority[slot_order], 0.1),
    )
    coordinators = (
        instance.coordinator_rest[coordinator_order],
        instance.coordinator_minutes[coordinator_order],
        instance.fixed_cost[coordinator_order].astype(float),
    )
    market = assemble(slot, coordinator, value[origin].astype(float), slots, coordinators)
    pinned_points = 0
    if len(pins):
        solution = empty_solution(market)
        take_in_order(market, solution, np.flatnonzero(np.isin(origin, pins)))
        used = np.unique(instance.pair_coordinator[pins])
        pinned_points = int(value[pins].sum() - instance.fixed_cost[used].sum())
        candidates = fitting(market, solution, np.arange(market.pairs))
        candidates = candidates[market.value[candidates] > 0]
        market = restricted(
            market, candidates, solution.open, solution.left, np.where(solution.held > 0, 0.0, market.fixed_cost)
        )
        origin = origin[candidates]
    return Prepared(market, origin, slot_order, pins, pinned_points, bonus)


def _pair_numbers(instance: Instance, given: Integers | None) -> Integers:
    numbers = np.unique(np.asarray([] if given is None else given, np.int64))
    if len(numbers) and (numbers[0] < 0 or numbers[-1] >= instance.pairs):
        raise Invalid(f"Pins, vetoes and stays are numbers of pairs from 0 to {instance.pairs - 1}.")
    return numbers


def _check_pins(instance: Instance, pins: Integers, vetoes: Integers) -> None:
    both = np.intersect1d(pins, vetoes)
    if len(both):
        raise Invalid(f"Pair {both[0]} is pinned and vetoed at once.")
    broken = check(instance, pins)
    if broken:
        raise Invalid(f"These pins cannot stand together: {broken[0]}")


def _possible(instance: Instance, value: Integers, pins: Integers, vetoes: Integers) -> Array:
    """Which pairs can be in a best plan at all: hours and seats for it, something gained, no veto; and the pins."""
    minutes = (instance.slot_end - instance.slot_start)[instance.pair_slot]
    possible = (
        minutes <= instance.coordinator_minutes[instance.pair_coordinator, instance.slot_week[instance.pair_slot]]
    )
    possible &= (value > 0) & (instance.slot_headcount[instance.pair_slot] > 0)
    possible[vetoes] = False
    possible[pins] = True
    return possible


def _slot_order(instance: Instance) -> Array:
    eligible = np.bincount(instance.pair_slot, minlength=instance.slots)
    scores = np.bincount(instance.pair_slot, weights=instance.pair_score, minlength=instance.slots)
    keys = (scores, eligible, instance.slot_headcount, instance.slot_priority, instance.slot_end, instance.slot_start)
    return np.lexsort(keys)


def _coordinator_order(instance: Instance) -> Array:
    who, count = instance.pair_coordinator, instance.coordinators
    scores = np.bincount(who, weights=instance.pair_score, minlength=count)
    starts = np.bincount(who, weights=instance.slot_start[instance.pair_slot], minlength=count)
    pairs = np.bincount(who, minlength=count)
    minutes = instance.coordinator_minutes.sum(axis=1)
    return np.lexsort((scores, starts, instance.fixed_cost, minutes, instance.coordinator_rest, pairs))


def _sorted_pairs(
    instance: Instance, possible: Array, slot_order: Array, coordinator_order: Array
) -> tuple[Array, Array, Array]:
    """The possible pairs by coordinator and start: their numbers in the instance, slots and coordinators renumbered."""
    pairs = np.flatnonzero(possible).astype(np.int32)
    slot = _places(slot_order)[instance.pair_slot[pairs]]
    coordinator = _places(coordinator_order)[instance.pair_coordinator[pairs]]
    by_slot, _ = grouped(slot, len(slot_order))
    order = by_slot[grouped(coordinator[by_slot], len(coordinator_order))[0]]
    return pairs[order], slot[order], coordinator[order]


def _places(order: Array) -> Array:
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places
