"""Small growing tables of whole numbers: rows are added at the end and taken out again by the coordinator they belong to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marketplace.matching.index.bits import Numbers

FIRST_ROOM = 8


class Table:
    """Columns of numbers of equal length; column 0 is the coordinator's position. The order of rows means nothing."""

    def __init__(self, width: int) -> None:
        self._room = np.empty((width, FIRST_ROOM), np.int64)
        self._count = 0

    @property
    def columns(self) -> Numbers:
        """All rows, as one array a column."""
        return self._room[:, : self._count]

    def add(self, *row: int) -> None:
        """One row more."""
        self._make_room(1)
        self._room[:, self._count] = row
        self._count += 1

    def extend(self, rows: Sequence[tuple[int, ...]]) -> None:
        """Many rows more."""
        if rows:
            self._make_room(len(rows))
            self._room[:, self._count : self._count + len(rows)] = np.array(rows, np.int64).T
            self._count += len(rows)

    def remove(self, *begins: int) -> None:
        """Take out every row whose first numbers are these."""
        columns = self.columns
        gone = columns[0] == begins[0]
        for column, value in zip(columns[1:], begins[1:], strict=False):
            gone &= column == value
        if gone.any():
            kept = columns[:, ~gone]
            self._count = kept.shape[1]
            self._room[:, : self._count] = kept

    def _make_room(self, more: int) -> None:
        if self._count + more > self._room.shape[1]:
            room = np.empty((len(self._room), max(2 * self._room.shape[1], self._count + more)), np.int64)
            room[:, : self._count] = self.columns
            self._room = room
