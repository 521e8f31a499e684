"""The time of coordinators that is taken: shifts booked, the rest around them, time off; and the hours left in each week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from marketplace.matching.facts import BookingFacts, CoordinatorFacts
from marketplace.matching.index.bits import WORD, LruCache, Mask, Numbers, Positions, Row, put
from marketplace.matching.index.clock import DAY, MINUTE, QUARTER, QUARTERS, bounds, days_of, local_weeks, monday
from marketplace.matching.index.hours import MOST_DAYS, OpenHours, column, put_column, rows_between
from marketplace.matching.index.tables import Table


class Interval(NamedTuple):
    """Time that is taken, in microseconds; `since` and `until` with the rest before and after."""

    start: int
    end: int
    since: int
    until: int


def booked(booking: BookingFacts, rest_minutes: int) -> Interval:
    """The time a booking takes, and the rest around it."""
    start, end = bounds(booking.span)
    rest = max(0, rest_minutes) * MINUTE
    return Interval(start, end, start - rest, end + rest)


class BusyTime:
    """Stretches by each day they touch, so that a shift looks only at what lies near it."""

    def __init__(self) -> None:
        self._days: defaultdict[int, Table] = defaultdict(lambda: Table(5))

    def fill(self, all_of_them: Iterable[tuple[int, Interval]]) -> None:
        """Everybody's at once."""
        by_day: defaultdict[int, list[tuple[int, ...]]] = defaultdict(list)
        for position, one in all_of_them:
            for day in days_of(one.since, one.until):
                by_day[day].append((position, *one))
        for day, rows in by_day.items():
            self._days[day].extend(rows)

    def add(self, position: int, one: Interval) -> None:
        """One stretch more."""
        for day in days_of(one.since, one.until):
            self._days[day].add(position, *one)

    def remove(self, position: int, one: Interval) -> None:
        """One stretch is free again."""
        for day in days_of(one.since, one.until):
            self._days[day].remove(position, *one)

    def near(self, start: int, end: int) -> Numbers:
        """Position, start, end, since, until of all that may touch the time; some may come twice."""
        found = [self._days[day].columns for day in days_of(start, end) if day in self._days]
        return np.concatenate(found, axis=1) if found else np.empty((5, 0), np.int64)


class Occupancy:
    """Bookings and time off, and `day`: the rows of who is open, off for no part of it, unbooked and rested."""

    def __init__(self, words: int, hours: OpenHours) -> None:
        self._words, self._hours = words, hours
        self._booked, self._off = BusyTime(), BusyTime()
        self._of: defaultdict[int, tuple[list[Interval], list[Interval]]] = defaultdict(lambda: ([], []))
        self._off_grid: Row = np.zeros(words, np.uint64)
        self.day = LruCache(self._rows_of, MOST_DAYS)

    @property
    def off_grid(self) -> Row:
        """Those with something that begins or ends inside a quarter hour."""
        return self._off_grid | self._hours.off_grid

    def fill(self, people: Iterable[tuple[int, CoordinatorFacts]]) -> None:
        """Everybody's at once."""
        for position, person in people:
            if person.bookings or person.time_off:
                self._of[position] = _stretches(person)
                self._mark_ragged(position)
        self._booked.fill((position, one) for position, (booked, _) in self._of.items() for one in booked)
        self._off.fill((position, one) for position, (_, off) in self._of.items() for one in off)

    def change(self, position: int, person: CoordinatorFacts) -> None:
        """One coordinator's bookings, rest or days off are others now."""
        before, after = self._of[position], _stretches(person)
        for diary, old, new in zip((self._booked, self._off), before, after, strict=True):
            for one in old:
                if one not in new:
                    diary.remove(position, one)
            for one in new:
                if one not in old:
                    diary.add(position, one)
        self._of[position] = after
        self._mark_ragged(position)
        for day, rows in self.day.known():
            put_column(rows, position, self._free_quarters(position, day))

    def book(self, position: int, one: Interval) -> None:
        """One booking more: some bits are cleared."""
        self._of[position][0].append(one)
        self._booked.add(position, one)
        self._mark_ragged(position)
        word, bit = position // WORD, ~np.uint64(1 << (position % WORD))
        for day in days_of(one.since, one.until):
            rows = self.day.at_hand(day)
            if rows is not None:
                first, last = _quarters(one, day)
                rows[first:last, word] &= bit

    def release(self, position: int, one: Interval) -> None:
        """One booking less: its days are worked out again, for another booking or a day off may lie near."""
        self._of[position][0].remove(one)
        self._booked.remove(position, one)
        for other in self._of[position][0]:
            if other == one:  # the same time given twice: the diary holds one row less than it should
                self._booked.add(position, other)
        for day in days_of(one.since, one.until):
            rows = self.day.at_hand(day)
            if rows is not None:
                put_column(rows, position, self._free_quarters(position, day))

    def touching(self, start: int, end: int) -> tuple[Positions, Positions]:
        """Two rows: those booked at that time, and those who need rest then because of a booking that does not overlap it."""
        position, begins, ends, since, until = self._booked.near(start, end)
        overlaps = (begins < end) & (ends > start)
        near = (since < end) & (until > start) & ~overlaps
        return position[overlaps], position[near]

    def off(self, start: int, end: int) -> Positions:
        """The row of those with time off for some part of it."""
        position, begins, ends, _, _ = self._off.near(start, end)
        found: Positions = position[(begins < end) & (ends > start)]
        return found

    def _mark_ragged(self, position: int) -> None:
        if any(at % QUARTER for told in self._of[position] for one in told for at in (one.since, one.until)):
            put(self._off_grid, position, True)

    def _rows_of(self, day: int) -> Row:
        """The open hours of the day without every quarter that is touched."""
        start, end = day * DAY, (day + 1) * DAY
        taken = np.concatenate((self._booked.near(start, end), self._off.near(start, end)), axis=1)
        first = np.maximum((taken[3] - start) // QUARTER, 0)
        last = np.minimum(-((start - taken[4]) // QUARTER), QUARTERS)
        return self._hours.day(day) & ~rows_between(first, last, taken[0], self._words * WORD)

    def _free_quarters(self, position: int, day: int) -> Mask:
        free = column(self._hours.day(day), position)
        for told in self._of[position]:
            for one in told:
                if one.since < (day + 1) * DAY and one.until > day * DAY:
                    first, last = _quarters(one, day)
                    free[first:last] = False
        return free


def _stretches(person: CoordinatorFacts) -> tuple[list[Interval], list[Interval]]:
    off = [bounds(span) for span in person.time_off]
    return [booked(one, person.rest_minutes) for one in person.bookings], [Interval(*span, *span) for span in off]


def _quarters(one: Interval, day: int) -> tuple[int, int]:
    """The quarter hours of a day that a stretch touches, the first and the one after the last."""
    start = day * DAY
    return max(0, (one.since - start) // QUARTER), min(QUARTERS, -((start - one.until) // QUARTER))


class Weeks:
    """The time each coordinator may still work in each local week, in microseconds."""

    def __init__(self, people: int) -> None:
        self._people = people
        self._limit = np.zeros(people, np.int64)
        self._zone: list[str] = ["UTC"] * people
        self._bookings: dict[int, list[tuple[int, int]]] = {}
        self.left = LruCache(self._left_in, 64)
        """By week: what is left for everybody; less than nothing where too much is booked."""

    def fill(self, people: Iterable[tuple[int, CoordinatorFacts]]) -> None:
        """Everybody at once."""
        for position, person in people:
            self._read(position, person)

    def change(self, position: int, person: CoordinatorFacts) -> None:
        """One coordinator's limit, zone or bookings are others now."""
        self._read(position, person)
        for week, left in self.left.known():
            left[position] = self._limit[position] - self._worked(position, week)

    def book(self, position: int, start: int, end: int, sign: int = 1) -> None:
        """A booking takes its share from the weeks it touches; with sign -1 it gives it back."""
        told = self._bookings.setdefault(position, [])
        if sign > 0:
            told.append((start, end))
        else:
            told.remove((start, end))
        for week, share in local_weeks(start, end, self._zone[position]):
            left = self.left.at_hand(week)
            if left is not None:
                left[position] -= sign * share

    def _read(self, position: int, person: CoordinatorFacts) -> None:
        self._limit[position] = person.max_week_minutes * MINUTE
        self._zone[position] = person.zone
        self._bookings[position] = [bounds(one.span) for one in person.bookings]

    def _worked(self, position: int, week: int) -> int:
        spans: Sequence[tuple[int, int]] = self._bookings.get(position, ())
        if not spans:
            return 0
        zone = self._zone[position]
        begins, ends = monday(week, zone), monday(week + 1, zone)
        return sum(max(0, min(end, ends) - max(start, begins)) for start, end in spans)

    def _left_in(self, week: int) -> Numbers:
        left = self._limit.copy()
        for position, spans in self._bookings.items():
            if spans:
                left[position] -= self._worked(position, week)
        return left


def covering(rows_of: LruCache[int, Row], start: int, end: int) -> Iterator[Row]:
    """The matrices of the quarter hours from `start` to `end`, day by day; both on a quarter hour."""
    for day in days_of(start, end):
        first, last = max(0, (start - day * DAY) // QUARTER), min(QUARTERS, (end - day * DAY) // QUARTER)
        if first < last:
            yield rows_of(day)[first:last]
