"""Rows of bits: one bit for each coordinator, so that "who all of these" is a handful of AND over whole words."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Row = npt.NDArray[np.uint64]
"""Bit n of the row, counted from the lowest bit of the first word, belongs to the coordinator at position n."""
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Positions = npt.NDArray[np.intp]

WORD = 64


def words_for(people: int) -> int:
    """The words that a row of so many people takes."""
    return max(1, -(-people // WORD))


def pack(mask: Mask) -> Row:
    """A row from a mask whose length is a whole number of words."""
    return np.packbits(mask, axis=-1, bitorder="little").view(np.uint64)


def unpack(row: Row) -> Mask:
    """The mask of a row."""
    return np.unpackbits(row.view(np.uint8), bitorder="little").view(np.bool_)


def positions_in(row: Row) -> Positions:
    """The positions whose bit is set, in order."""
    return np.flatnonzero(unpack(row))


def count(row: Row) -> int:
    """The number of bits that are set."""
    return int(np.bitwise_count(row).sum())


def holds(row: Row, position: int) -> bool:
    """Whether one bit is set."""
    return bool(int(row[position // WORD]) >> (position % WORD) & 1)


def bit_of(position: int) -> tuple[int, np.uint64]:
    """Which word, and the word in which only this bit is set."""
    return position // WORD, np.uint64(1 << (position % WORD))


def put(rows: Row, position: int, on: bool | np.bool_) -> None:
    """Set or clear one bit, in one row or in each row of a matrix."""
    word, bit = bit_of(position)
    if on:
        rows[..., word] |= bit
    else:
        rows[..., word] &= ~bit


def turned(rows: Row) -> npt.NDArray[np.uint32]:
    """From up to 32 rows, one number for each position: bit k of it is the position's bit in row k."""
    words = rows.shape[1]
    found = np.zeros((words * WORD, 4), np.uint8)
    planes: dict[int, Row] = {}
    for number in np.flatnonzero(np.bitwise_or.reduce(rows, axis=1)).tolist():  # most rules refuse nobody
        # A byte for each position, 0 or 1: eight of them are shifted at once.
        apart = np.unpackbits(rows[number].view(np.uint8), bitorder="little").view(np.uint64)
        apart <<= np.uint64(number % 8)
        plane = planes.setdefault(number // 8, apart)
        if plane is not apart:
            plane |= apart
    for place, plane in planes.items():
        found[:, place] = plane.view(np.uint8)
    return found.view(np.uint32)[:, 0]


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LruCache(Generic[K, V]):
    """Answers that were worked out once and are still true; the least recently used go when there are too many."""

    def __init__(self, make: Callable[[K], V], most: int = 4096) -> None:
        self._make, self._most = make, most
        self._known: dict[K, V] = {}

    def __call__(self, key: K) -> V:
        try:
            return self._known[key]
        except KeyError:
            pass
        if len(self._known) >= self._most:
            for oldest in list(self._known)[: max(1, self._most // 8)]:
                del self._known[oldest]
        found = self._known[key] = self._make(key)
        return found

    def forget(self, key: K | None = None) -> None:
        """Forget everything, or one answer: it is worked out again when it is asked for."""
        if key is None:
            self._known.clear()
        else:
            self._known.pop(key, None)

    def at_hand(self, key: K) -> V | None:
        """The answer if it is at hand already."""
        return self._known.get(key)

    def known(self) -> list[tuple[K, V]]:
        """All answers at hand."""
        return list(self._known.items())
