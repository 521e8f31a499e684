"""The upkeep of a process's index: it reads only coordinators whose facts have changed.

Before every use one statement asks who has changed since the last look (`coordinator_change`, written by triggers in the
transaction that changes anything); these are read anew, all others are as they were.
"""

import heapq
import threading
from collections.abc import Collection
from datetime import datetime, timedelta

from marketplace.eligibility.in_memory.changes import look
from marketplace.eligibility.in_memory.prices import CurrentPrices
from marketplace.eligibility.in_memory.shared_index import SharedIndex
from marketplace.eligibility.loading import Agreements, agreements, load
from marketplace.matching.facts import Context, Weights
from marketplace.matching.index import Index
from marketplace.matching.index.clock import EPOCH

LOOKED_AT_LEAST = timedelta(days=1)
"""A process that has not looked for longer than this reads everybody anew."""
AT_ONCE = timedelta(minutes=1)
"""Two requests of one moment may come in another order than their clocks say."""


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
        seen = look(self._since)
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
