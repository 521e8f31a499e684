"""A stretch of time as it lay before those who gave out its shifts: when each became known, and who would have said yes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.kernel import Invalid
from marketplace.matching.solver.instance import Instance, Integers

Shares = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Period:
    """Open seats of some weeks with everybody who may take them, before anybody has.

    Beside the instance, for each slot: `known_at`, the minute in which it was posted, on the clock of `slot_start`, and
    `pay_cents`, what the whole shift pays. For each pair: `accepts`, how likely the coordinator says yes, from 0 to 1.
    """

    instance: Instance
    known_at: Integers
    pay_cents: Integers
    accepts: Shares

    def __post_init__(self) -> None:
        for name, length in (("known_at", self.instance.slots), ("pay_cents", self.instance.slots)):
            if len(getattr(self, name)) != length:
                raise Invalid(f"{name} must have one entry a slot.", name)
        if len(self.accepts) != self.instance.pairs:
            raise Invalid("accepts must have one entry a pair.", "accepts")
        if len(self.accepts) and not (self.accepts.min() >= 0 and self.accepts.max() <= 1):
            raise Invalid("How likely somebody accepts lies between 0 and 1.", "accepts")


class Book:
    """The bookings so far: the rules of rest, weekly hours and headcount on whole minutes."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._shifts: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._minutes = instance.coordinator_minutes.copy()
        self._holders: dict[int, set[int]] = defaultdict(set)
        self.seats = instance.slot_headcount.copy()
        self.pairs: list[int] = []

    def free(self, pair: int) -> bool:
        """Whether a seat is left and the coordinator may still take it beside what they have."""
        data = self._instance
        slot, who = int(data.pair_slot[pair]), int(data.pair_coordinator[pair])
        start, end = int(data.slot_start[slot]), int(data.slot_end[slot])
        if self.seats[slot] <= 0 or who in self._holders[slot]:
            return False
        if self._minutes[who, data.slot_week[slot]] < end - start:
            return False
        rest = int(data.coordinator_rest[who])
        return all(end + rest <= begin or finish + rest <= start for begin, finish in self._shifts[who])

    def take(self, pair: int) -> None:
        """Give the coordinator the seat; `free` must have said yes."""
        data = self._instance
        slot, who = int(data.pair_slot[pair]), int(data.pair_coordinator[pair])
        start, end = int(data.slot_start[slot]), int(data.slot_end[slot])
        self._shifts[who].append((start, end))
        self._minutes[who, data.slot_week[slot]] -= end - start
        self._holders[slot].add(who)
        self.seats[slot] -= 1
        self.pairs.append(pair)

    @property
    def minutes_left(self) -> Integers:
        """Coordinators × weeks, after what is booked."""
        return self._minutes
