"""The value of somebody's hours elsewhere: the best they could do with them at the prices of the last plan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import is_
from typing import NamedTuple

import numpy as np

from marketplace.kernel import Span
from marketplace.matching.constants import PRIORITY_POINTS
from marketplace.matching.facts import CoordinatorFacts, ShiftFacts
from marketplace.matching.index.bits import Numbers
from marketplace.matching.index.clock import MINUTE, bounds
from marketplace.matching.scoring import MOST


class Opening(NamedTuple):
    """An open shift somebody may take: when (`clock.instant`), and what it adds to the plan at its price."""

    start: int
    end: int
    shift_id: int
    value: int


class _Schedule:
    """One coordinator's best schedules: `before[n]` of the first n shifts by end, and for each shift the best after it."""

    def __init__(self, shifts: Iterable[Opening], rest: int) -> None:
        self._by_end = sorted(shifts, key=lambda one: one.end)
        self._ends = [one.end for one in self._by_end]
        self._starts = sorted(one.start for one in self._by_end)
        self._place = {one.shift_id: n for n, one in enumerate(self._by_end)}
        self._rest = rest
        self._known: dict[tuple[int, int, int], int] = {}
        before = [0]
        earlier = []
        for n, one in enumerate(self._by_end):
            free = bisect_right(self._ends, one.start - rest, 0, n)
            earlier.append(free)
            before.append(max(before[-1], one.value + before[free]))
        after = [0] * (len(self._by_end) + 1)
        for n, one in reversed(list(enumerate(sorted(self._by_end, key=lambda one: one.start)))):
            after[n] = max(after[n + 1], one.value + after[bisect_left(self._starts, one.end + rest)])
        self._before, self._after = np.array(before), np.array(after)
        self._earlier = np.array(earlier, np.intp)
        self._tail = np.array([one.value + after[bisect_left(self._starts, one.end + rest)] for one in self._by_end])

    def lost_by(self, shift_id: int, start: int, end: int) -> int:
        """The points the best schedule loses when the time from `start` to `end` and the rest around it are taken."""
        asked = (shift_id, start, end)
        if asked not in self._known:
            beside = (
                self._before[bisect_right(self._ends, start - self._rest)]
                + self._after[bisect_left(self._starts, end + self._rest)]
            )
            self._known[asked] = max(0, int(self._best_without(shift_id) - beside))
        return self._known[asked]

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

    def best(self) -> list[Opening]:
        """The shifts of one best schedule."""
        found, n = [], len(self._by_end)
        while n:
            if self._before[n] == self._before[n - 1]:
                n -= 1
            else:
                found.append(self._by_end[n - 1])
                n = int(self._earlier[n - 1])
        return found


class _KnownCosts(NamedTuple):
    """The opportunity costs of a shift, as long as neither it nor anybody's facts or openings change."""

    span: Span
    people: list[CoordinatorFacts]
    ids: frozenset[int]
    costs: Numbers


class Prices:
    """The best that each coordinator could do with their hours at the prices of the last plan.

    The value of a pair is `fill` (times the shift's priority) plus its points, less the shift's price: what the plan's bound is
    made of; an opening is a pair for which something is left. The limit of hours in the week is left out of account on both
    sides of the difference, so a coordinator near it may be asked a little too much. A loss is in points: one
    whole seat is 999. Openings are told when they are needed, and shifts that are no longer open do not count.
    """

    def __init__(self, openings: Mapping[int, Sequence[Opening]] | None = None, *, fill: int = PRIORITY_POINTS) -> None:
        self._fill = fill
        self._openings: dict[int, Sequence[Opening]] = {}
        self._who_may: dict[int, list[int]] = defaultdict(list)
        self._closed: frozenset[int] = frozenset()
        self._schedules: dict[int, tuple[CoordinatorFacts, _Schedule]] = {}
        self._asked: dict[int, _KnownCosts] = {}
        for key, found in (openings or {}).items():
            self.add(key, found)

    def unknown(self, coordinators: Iterable[int]) -> list[int]:
        """The coordinators without openings so far."""
        return [key for key in coordinators if key not in self._openings]

    def add(self, coordinator_id: int, openings: Sequence[Opening]) -> None:
        """Add the openings of one coordinator; called once for each."""
        self._openings[coordinator_id] = openings
        for one in openings:
            self._who_may[one.shift_id].append(coordinator_id)

    def close(self, shifts: Collection[int]) -> None:
        """Only these of the plan's shifts are no longer open."""
        closed = frozenset(shifts)
        touched = {key for shift in closed ^ self._closed for key in self._who_may.get(shift, ())}
        self._closed = closed
        for key in touched:
            self._schedules.pop(key, None)
        if touched:
            self._asked = {shift: one for shift, one in self._asked.items() if one.ids.isdisjoint(touched)}

    def costs(self, people: list[CoordinatorFacts], shift: ShiftFacts) -> Numbers:
        """The opportunity cost of a shift for each of these people, in points of 0 to 999."""
        before = self._asked.get(shift.id)
        same = before is not None and before.span == shift.span and len(before.people) == len(people)
        if before is not None and same and all(map(is_, before.people, people)):
            return before.costs
        start, end = bounds(shift.span)
        lost = [self._lost(person, shift.id, start, end) for person in people]
        costs = np.minimum(MOST, np.array(lost, np.int64) * MOST // self._fill)
        self._asked[shift.id] = _KnownCosts(shift.span, people, frozenset(person.id for person in people), costs)
        return costs

    def instead(self, person: CoordinatorFacts, shift: ShiftFacts) -> Opening | None:
        """The best of what they could not do beside the shift; None where it costs nothing."""
        start, end = bounds(shift.span)
        rest = max(0, person.rest_minutes) * MINUTE
        others = (one for one in self._still(person) if one.shift_id != shift.id)
        given_up = [one for one in _Schedule(others, rest).best() if start < one.end + rest and one.start < end + rest]
        return max(given_up, key=lambda one: one.value, default=None)

    def _lost(self, person: CoordinatorFacts, shift_id: int, start: int, end: int) -> int:
        """Points lost; 0 where nothing else that they could do is near, which needs no schedule."""
        rest = max(0, person.rest_minutes) * MINUTE
        first, last = start - rest, end + rest
        for one in self._openings.get(person.id, ()):
            if one.start < last and first < one.end and one.shift_id != shift_id:
                return self._schedule(person).lost_by(shift_id, start, end)
        return 0

    def _schedule(self, person: CoordinatorFacts) -> _Schedule:
        """Their best schedules beside what they have been booked for since the plan was made."""
        known = self._schedules.get(person.id)
        if known is not None and known[0] is person:
            return known[1]
        made = _Schedule(self._still(person), max(0, person.rest_minutes) * MINUTE)
        self._schedules[person.id] = person, made
        return made

    def _still(self, person: CoordinatorFacts) -> list[Opening]:
        """Their openings that are still open and leave their rest beside their bookings."""
        rest = max(0, person.rest_minutes) * MINUTE
        busy = [bounds(booking.span) for booking in person.bookings]
        return [
            one
            for one in self._openings.get(person.id, ())
            if one.shift_id not in self._closed
            and not any(start < one.end + rest and one.start - rest < end for start, end in busy)
        ]
