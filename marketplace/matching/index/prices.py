"""What somebody's hours are worth elsewhere: the best she could do with them at the prices of the last plan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from marketplace.matching.facts import CoordinatorFacts, ShiftFacts
from marketplace.matching.index.bits import Numbers, Positions
from marketplace.matching.index.clock import MINUTE, bounds
from marketplace.matching.scores import MOST

if TYPE_CHECKING:
    from marketplace.matching.index.core import Index

FILL = 10_000
"""What filling one seat is worth in a plan, beside at most 999 points for the fit."""


class _Open(NamedTuple):
    """An open shift she may take: when, and what it would add at its price."""

    start: int
    end: int
    shift_id: int
    worth: int


class _Schedule:
    """One coordinator's best schedules: `before[n]` of the first n shifts by end, and for each shift the best after it."""

    def __init__(self, shifts: Sequence[_Open], rest: int) -> None:
        by_end = sorted(shifts, key=lambda one: one.end)
        self._ends = [one.end for one in by_end]
        self._starts = sorted(one.start for one in by_end)
        self._place = {one.shift_id: n for n, one in enumerate(by_end)}
        self._rest = rest
        before = [0]
        earlier = []
        for n, one in enumerate(by_end):
            free = bisect_right(self._ends, one.start - rest, 0, n)
            earlier.append(free)
            before.append(max(before[-1], one.worth + before[free]))
        after = [0] * (len(by_end) + 1)
        for n, one in reversed(list(enumerate(sorted(by_end, key=lambda one: one.start)))):
            after[n] = max(after[n + 1], one.worth + after[bisect_left(self._starts, one.end + rest)])
        self._before, self._after = np.array(before), np.array(after)
        self._earlier = np.array(earlier, np.intp)
        self._tail = np.array([one.worth + after[bisect_left(self._starts, one.end + rest)] for one in by_end])

    def lost_by(self, shift_id: int, start: int, end: int) -> int:
        """How much less the best schedule is worth beside the time from `start` to `end` and the rest around it."""
        beside = (
            self._before[bisect_right(self._ends, start - self._rest)]
            + self._after[bisect_left(self._starts, end + self._rest)]
        )
        return max(0, int(self._best_without(shift_id) - beside))

    def _best_without(self, shift_id: int) -> int:
        """The best schedule that leaves one shift out: all chosen end before it, or one ends later, and that is the first."""
        place = self._place.get(shift_id)
        if place is None:
            return int(self._before[-1])
        best = int(self._before[place])
        later = self._tail[place + 1 :]
        if len(later):
            best = max(best, int((self._before[np.minimum(self._earlier[place + 1 :], place)] + later).max()))
        return best


class Prices:
    """The open shifts of the last plan with their prices, and what each coordinator could do with her hours at these.

    A pair is worth `fill` (times the shift's priority) plus its points, less the shift's price: what the plan's bound is
    made of. The limit of hours in the week is left out of account on both sides of the difference, so a coordinator near
    it may be asked a little too much. What is lost is told in points: one whole seat is 999.
    """

    def __init__(
        self,
        index: Index,
        shifts: Sequence[ShiftFacts],
        prices: Mapping[int, int],
        *,
        priorities: Mapping[int, int] | None = None,
        fill: int = FILL,
    ) -> None:
        self._fill = fill
        self._open: dict[int, list[_Open]] = {}
        self._schedules: dict[int, tuple[CoordinatorFacts, _Schedule]] = {}
        pairs = index.all_pairs(shifts)
        until = np.searchsorted(pairs.shifts, np.arange(len(shifts) + 1)).tolist()
        for number, shift in enumerate(shifts):
            who = pairs.coordinators[until[number] : until[number + 1]]
            if not len(who):
                continue
            start, end = bounds(shift.span)
            seat = fill * (priorities or {}).get(shift.id, 1) - prices.get(shift.id, 0)
            for key, points in zip(index.ids[who].tolist(), index.scores(shift, who)[0].tolist(), strict=True):
                if seat + points > 0:
                    self._open.setdefault(key, []).append(_Open(start, end, shift.id, seat + points))

    def costs(self, index: Index, shift: ShiftFacts, who: Positions) -> Numbers:
        """The opportunity cost of a shift for each of the positions, in points of 0 to 999."""
        start, end = bounds(shift.span)
        lost = [self._schedule(index.facts(one)).lost_by(shift.id, start, end) for one in who.tolist()]
        return np.minimum(MOST, np.array(lost, np.int64) * MOST // self._fill)

    def _schedule(self, person: CoordinatorFacts) -> _Schedule:
        """Her best schedules beside what she has been booked for since the plan was made."""
        known = self._schedules.get(person.id)
        if known is not None and known[0] is person:
            return known[1]
        rest = max(0, person.rest_minutes) * MINUTE
        busy = [bounds(booking.span) for booking in person.bookings]
        still = [
            one
            for one in self._open.get(person.id, ())
            if not any(start < one.end + rest and one.start - rest < end for start, end in busy)
        ]
        made = _Schedule(still, rest)
        self._schedules[person.id] = person, made
        return made
