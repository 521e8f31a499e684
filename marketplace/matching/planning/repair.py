"""Somebody cancels: who can take the seat, and who would have to be asked to move so that somebody can?

A `State` is made ready once for a plan and then answers in milliseconds; nothing in it changes until a chain is followed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from marketplace.kernel.errors import Invalid
from marketplace.matching.planning.chains import Search, find_chain
from marketplace.matching.planning.instance import Instance, Integers
from marketplace.matching.planning.market import Array
from marketplace.matching.planning.preparing import prepare
from marketplace.matching.planning.roster import drop, empty_roster, fits, take

MOVING_COSTS = 300.0
"""Points lost for each person who is asked to move."""

WAYS, STEPS = 6, 120
"""How many ways are tried at each slot, and in all."""


class Step(NamedTuple):
    """A coordinator takes the pair `added`; for that she gives up the pair `removed`, if any. Pairs as the instance counts."""

    removed: int | None
    added: int


@dataclass(frozen=True)
class Chain:
    """What fills the seat, in the order in which people have to be asked: the last one is free."""

    steps: tuple[Step, ...]
    gain: float
    """Points the plan gains by it, less what moving people costs."""

    @property
    def moved(self) -> int:
        """How many people give up a shift for another one."""
        return len(self.steps) - 1


class State:
    """The plan as it stands, ready to be repaired."""

    def __init__(self, instance: Instance, pairs: Integers, prices: Array) -> None:
        """`pairs` and `prices` are those of a plan. Raises `Invalid` where the pairs are no plan that may stand."""
        prepared = prepare(instance)
        self.market = prepared.market
        self.origin = prepared.origin
        self.prices = np.asarray(prices, float)[prepared.slot_order]
        self.here = np.full(instance.pairs, -1, np.int64)
        self.here[self.origin] = np.arange(self.market.pairs)
        self.coordinator = instance.pair_coordinator
        self.roster = empty_roster(self.market)
        for pair in np.asarray(pairs, np.int64):
            if self.here[pair] < 0 or not fits(self.market, self.roster, self.here[pair]):
                raise Invalid(f"Pair {pair} cannot be in the plan to be repaired.")
            take(self.market, self.roster, self.here[pair])

    def cancel(self, pair: int) -> None:
        """The coordinator of this pair does not come: her seat is empty."""
        drop(self.market, self.roster, self._chosen(pair))

    def refill(self, pair: int, *, people: int = 4, absent: Iterable[int] = ()) -> Chain | None:
        """The best chain that fills the seat which this cancelled pair left empty, or None when there is none that gains.

        At most `people` are moved. The coordinator who cancelled is not asked, nor are the `absent` ones (as the instance
        counts them).
        """
        here = int(self.here[pair])
        if here < 0 or self.roster.chosen[here]:
            raise Invalid(f"Pair {pair} has not been cancelled.")
        out = np.zeros(self.market.coordinators, np.bool_)
        out[self.market.coordinator[here]] = True
        absent = np.fromiter(absent, np.int64)
        if len(absent):
            theirs = self.here[np.isin(self.coordinator, absent)]
            out[self.market.coordinator[theirs[theirs >= 0]]] = True
        search = Search(people, WAYS, STEPS, MOVING_COSTS, may_leave_open=False, first_gain=False)
        added, dropped = np.empty(people + 1, np.int64), np.empty(people + 1, np.int64)
        slot = self.market.slot[here]
        gain, length = find_chain(self.market, self.roster, self.prices, slot, search, out, added, dropped)
        if length == 0:
            return None
        steps = [
            Step(int(self.origin[gone]) if gone >= 0 else None, int(self.origin[new]))
            for new, gone in zip(added[:length], dropped[:length], strict=True)
        ]
        return Chain(tuple(steps), float(gain))

    def follow(self, chain: Chain) -> None:
        """Everybody said yes: the plan is changed."""
        for step in chain.steps:
            if step.removed is not None:
                drop(self.market, self.roster, self._chosen(step.removed))
        for step in chain.steps:
            take(self.market, self.roster, self.here[step.added])

    def pairs(self) -> Integers:
        """The plan as it stands now."""
        return np.sort(self.origin[self.roster.chosen]).astype(np.int64)

    def _chosen(self, pair: int) -> int:
        here = int(self.here[pair])
        if here < 0 or not self.roster.chosen[here]:
            raise Invalid(f"Pair {pair} is not in the plan.")
        return here
