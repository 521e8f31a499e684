"""How the index of a process stays current: only those are read again whose facts have changed.

Before every use one statement asks who has changed since the last look (`coordinator_change`, written by triggers in the
transaction that changes anything); these are read anew, all others are as they were.
"""

import heapq
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, select

from marketplace.db import session
from marketplace.eligibility.assessment import context_for, read_weights, weights_now
from marketplace.eligibility.in_memory.prices import CurrentPrices
from marketplace.eligibility.loading import Agreements, agreements, load
from marketplace.eligibility.models import CoordinatorChange
from marketplace.eligibility.seat_values import LastPlan, last_plan
from marketplace.matching.facts import Context, ShiftFacts, Weights
from marketplace.matching.index import Index, Prices
from marketplace.matching.index.bits import count
from marketplace.matching.index.clock import EPOCH
from marketplace.matching.index_ranking import rank_everyone
from marketplace.matching.ranking import Ranking

LOOKED_AT_LEAST = timedelta(days=1)
"""A process that has not looked for longer than this reads everybody anew."""
AT_ONCE = timedelta(minutes=1)
"""Two requests of one moment may come in another order than their clocks say."""


class _Seen(NamedTuple):
    """One look at the changes, as of one snapshot of the database."""

    since: int
    """The oldest transaction that was still open: from it on, changes may appear that were not there to be seen."""
    changed: frozenset[int]
    mine: frozenset[int]
    """Changed by the very transaction that is looking: it may yet be rolled back."""
    weights: Weights
    """Those in force."""
    plan: LastPlan


class CurrentIndex:
    """The index of one database, with what it takes to keep it current. Use it through `current_index`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.index: Index | None = None
        self.prices = CurrentPrices()
        self._since = 0
        self._unsure: frozenset[int] = frozenset()
        self._read_at = self._looked_at = EPOCH
        self._until: dict[int, datetime] = {}
        self._outdated: list[tuple[datetime, int]] = []

    def at(self, at: datetime, facilities: Collection[int] = ()) -> "SharedIndex":
        """Everybody's facts as they are for the transaction at hand. The lock must be held."""
        seen = _look(self._since)
        index, papers = self.index, None
        # An error half-way would leave it neither old nor new, so it is put back only when all is done.
        self.index = None
        if index is not None and self._read_at - AT_ONCE <= at <= self._looked_at + LOOKED_AT_LEAST:
            changed = seen.changed | self._unsure | self._grown_old(at)
            nothing = Agreements({}, {})
            papers = agreements(facilities=facilities, coordinators=changed) if facilities or changed else nothing
            if 2 * len(changed) > len(index) + 20:
                index = None
            elif changed:
                self._read_again(index, changed, at, papers)
        if index is None or papers is None:
            papers = agreements(facilities=facilities)
            index = self._built(at, papers, seen.weights)
        self.index, self._since, self._unsure, self._looked_at = index, seen.since, seen.mine, at
        return SharedIndex(index, papers, seen.weights, seen.plan, self.prices)

    def _built(self, at: datetime, papers: Agreements, weights: Weights) -> Index:
        everybody = load(None, at=at, papers=papers)
        self._read_at, self._until, self._outdated = at, {}, []
        for one in everybody:
            self._note(one.facts.id, one.until)
        return Index.build((one.facts for one in everybody), Context(at, weights=weights))

    def _read_again(self, index: Index, ids: Collection[int], at: datetime, papers: Agreements) -> None:
        found = {one.facts.id: one for one in load(ids, at=at, papers=papers)}
        for key in ids:
            one = found.get(key)
            if one is not None and one.facts.active:
                index.update(one.facts)
                self._note(key, one.until)
            else:
                index.remove(key)
                self._until.pop(key, None)

    def _note(self, key: int, until: datetime | None) -> None:
        if until is None:
            self._until.pop(key, None)
        else:
            self._until[key] = until
            heapq.heappush(self._outdated, (until, key))

    def _grown_old(self, at: datetime) -> frozenset[int]:
        """Those in whose record something no longer counts, though nobody has changed anything."""
        found = set()
        while self._outdated and self._outdated[0][0] < at:
            until, key = heapq.heappop(self._outdated)
            if self._until.get(key) == until:
                found.add(key)
        return frozenset(found)


@dataclass(frozen=True)
class SharedIndex:
    """All active coordinators, the papers of the facilities they are asked for, and the weights in force."""

    index: Index
    papers: Agreements
    weights: Weights
    _plan: LastPlan
    _prices: CurrentPrices

    def ranking(self, shift: ShiftFacts, at: datetime, *, priced: bool = False, for_facility: bool = False) -> Ranking:
        """Everybody for one shift; with `priced` less what their hours are worth elsewhere (`prices_for`)."""
        prices = self.prices_for([shift], at).get(shift.id) if priced else None
        return rank_everyone(self.index, shift, prices, for_facility=for_facility)

    def free_for(self, shifts: Sequence[ShiftFacts]) -> tuple[int, int]:
        """How many may take at least one of the shifts, and how many may take each of them."""
        free = [self.index.eligible_row(shift) for shift in shifts]
        return count(np.bitwise_or.reduce(free)), count(np.bitwise_and.reduce(free))

    def asked_about(self, shifts: Sequence[ShiftFacts], at: datetime) -> Index:
        """The index, asked at this moment with the weights in force; with the compact where a shift needs a license."""
        asked = context_for(shifts, at, self.weights)
        licensed = any(shift.requires_licence for shift in shifts)
        # Where no shift needs one the context comes without the compact, and no rule looks at it.
        self.index.renew(asked if licensed else replace(asked, compact=self.index.context.compact))
        return self.index

    def prices_for(self, shifts: Sequence[ShiftFacts], at: datetime) -> Mapping[int, Prices]:
        """What everybody's hours are worth elsewhere, for the ranking of those of these shifts that the last plan knows."""
        return self._prices.for_shifts(self._plan, self.index, shifts, at)


def _number(transaction: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(cast(transaction, Text), BigInteger)


def _look(since: int) -> _Seen:
    """Who has changed from a transaction on, the weights in force and the last plan; one statement."""
    change = CoordinatorChange
    whom = func.array_agg(change.coordinator_id.distinct())
    mine = _number(func.pg_current_xact_id_if_assigned())
    rows = session.execute(
        select(
            _number(func.pg_snapshot_xmin(func.pg_current_snapshot())),
            select(whom).where(change.changed_in >= since).scalar_subquery(),
            select(whom).where(change.changed_in == mine).scalar_subquery(),
            weights_now(),
            *last_plan(),
        )
    ).one()
    plan = LastPlan(rows[4], rows[5], frozenset(rows[6] or ()))
    return _Seen(rows[0], frozenset(rows[1] or ()), frozenset(rows[2] or ()), read_weights(rows[3]), plan)
