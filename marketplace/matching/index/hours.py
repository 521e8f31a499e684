"""Weekly hours as rows of bits: for each quarter hour of a day, who is open for the whole of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from marketplace.matching.facts import Window
from marketplace.matching.index.bits import WORD, LruCache, Mask, Numbers, Row, bit_of, pack, put
from marketplace.matching.index.clock import DAY, EPOCH, QUARTER, QUARTERS, day_as_span, instant
from marketplace.matching.index.tables import Table
from marketplace.matching.rules.timing import open_within, window_on

MOST_DAYS = 128
"""Days kept at hand; a quarter of a megabyte each for 20,000 coordinators."""


def column(rows: Row, position: int) -> Mask:
    """One coordinator's bit in each row."""
    word, bit = bit_of(position)
    mask: Mask = (rows[:, word] & bit) != 0
    return mask


def put_column(rows: Row, position: int, mask: Mask) -> None:
    """Set one coordinator's bit in each row."""
    word, bit = bit_of(position)
    rows[:, word] = np.where(mask, rows[:, word] | bit, rows[:, word] & ~bit)


def rows_between(first: Numbers, last: Numbers, position: Numbers, people: int) -> Row:
    """The 96 rows of a day on which each stretch sets its coordinator's bit from one quarter to before another.

    What opens and closes at each quarter is counted and added up along the day: a bit is set where that is above nothing.
    """
    some = first < last
    change = np.zeros((QUARTERS + 1, people), np.int16)
    np.add.at(change, (first[some], position[some]), 1)
    np.add.at(change, (last[some], position[some]), -1)
    rows = np.empty((QUARTERS, people // WORD), np.uint64)
    now = np.zeros(people, np.int16)
    for quarter in range(QUARTERS):
        now += change[quarter]
        rows[quarter] = pack(now > 0)
    return rows


class OpenHours:
    """Everybody's weekly windows. A day's rows are worked out when it is first asked for, with the rules' own local hours.

    A window that does not begin and end on a quarter hour counts only with the quarters it covers whole; who has such a
    one is marked `off_grid`, and asked exactly where a shift begins or ends inside a quarter.
    """

    def __init__(self, words: int) -> None:
        self._words = words
        self.off_grid: Row = np.zeros(words, np.uint64)
        self._kinds: dict[tuple[str, Window], int] = {}
        self._entries = Table(2)
        self._of: dict[int, tuple[str, Sequence[Window]]] = {}
        self.day = LruCache(self._rows_of, MOST_DAYS)
        """The rows of a day: a matrix of 96 rows."""

    def __bool__(self) -> bool:
        return bool(self._of)

    def fill(self, everyone: dict[int, tuple[str, Sequence[Window]]]) -> None:
        """All windows at once, each coordinator's with the zone they are meant in."""
        self._of = {position: told for position, told in everyone.items() if told[1]}
        self._entries.extend(
            [(position, self._kind(zone, one)) for position, (zone, told) in self._of.items() for one in told]
        )

    def change(self, position: int, zone: str, windows: Sequence[Window]) -> bool:
        """One coordinator's windows are others now; whether anything is different."""
        if self._of.get(position, (zone, ())) == (zone, tuple(windows)):
            return False
        self._entries.remove(position)
        self._entries.extend([(position, self._kind(zone, one)) for one in windows])
        if windows:
            self._of[position] = zone, tuple(windows)
        else:
            self._of.pop(position, None)
        for day, rows in self.day.known():
            put_column(rows, position, self._whole_quarters(position, day))
        return True

    def _kind(self, zone: str, window: Window) -> int:
        return self._kinds.setdefault((zone, window), len(self._kinds))

    def _rows_of(self, day: int) -> Row:
        people = self._words * WORD
        position, kind = self._entries.columns
        first = np.zeros(len(self._kinds), np.int64)
        last = np.zeros(len(self._kinds), np.int64)
        odd = np.zeros(len(self._kinds), np.bool_)
        for number, opens, closes in self._on(day):
            first[number], last[number] = max(0, -(-opens // QUARTER)), min(QUARTERS, closes // QUARTER)
            odd[number] = bool((0 < opens < DAY and opens % QUARTER) or (0 < closes < DAY and closes % QUARTER))
        rows = rows_between(first[kind], last[kind], position, people)
        for one in np.unique(position[odd[kind]]).tolist():
            put_column(rows, one, self._whole_quarters(one, day))
        return rows

    def _on(self, day: int) -> Iterator[tuple[int, int, int]]:
        """Each kind of window with where it opens and closes, counted from the beginning of the day.

        A local day begins up to 14 hours before the day of the world's clock or up to 12 after, and a window runs into
        the next day, never further: four local days can have windows in it. Two of them never fall on one weekday.
        """
        start, here = day * DAY, date.fromordinal(EPOCH.toordinal() + day)
        local = {(here + timedelta(days=n)).weekday(): here + timedelta(days=n) for n in (-2, -1, 0, 1)}
        for (zone, window), number in self._kinds.items():
            when = local.get(window.weekday)
            if when is not None:
                opens, closes = window_on(when, window.start_minute, window.end_minute, zone)
                yield number, instant(opens) - start, instant(closes) - start

    def _whole_quarters(self, position: int, day: int) -> Mask:
        """One coordinator's day, with windows that touch or overlap put together."""
        mask = np.zeros(QUARTERS, np.bool_)
        zone, windows = self._of.get(position, ("UTC", ()))
        start = day * DAY
        for opens, closes in open_within(windows, day_as_span(day), zone) if windows else ():
            begins, ends = instant(opens) - start, instant(closes) - start
            mask[-(-begins // QUARTER) : ends // QUARTER] = True
            if begins % QUARTER or ends % QUARTER:
                put(self.off_grid, position, True)
        return mask
