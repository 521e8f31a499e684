"""A week as columns of hours: what overlaps stands side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from marketplace.needs.texts import clock_words
from marketplace.schedules.views.calendar_grid import Block

HALF_HOUR = 30
WHOLE_DAY = 24 * 60
USUAL_FIRST, USUAL_LAST = 7 * 60, 19 * 60
MOST_LANES = 6
"""The number of columns side by side that the style sheet knows."""


@dataclass(frozen=True)
class Grid:
    """The time grid macro's hours and columns, and how many blocks found no room."""

    hours: list[str]
    columns: list[list[dict[str, Any]]]
    left_out: int


def timegrid(blocks: Sequence[Block], days: Sequence[date]) -> Grid:
    """Blocks by hour. An overnight shift stands on both its days; a seventh one side by side is left out and counted."""
    pieces: dict[date, list[tuple[int, int, Block]]] = {day: [] for day in days}
    for block in blocks:
        begin = block.starts.hour * 60 + block.starts.minute
        end = block.ends.hour * 60 + block.ends.minute
        if block.ends.date() == block.day:
            _place(pieces, block.day, begin, max(end, begin + HALF_HOUR), block)
        else:
            _place(pieces, block.day, begin, WHOLE_DAY, block)
            if end:
                _place(pieces, block.day + timedelta(days=1), 0, end, block)
    every = [piece for column in pieces.values() for piece in column]
    first = min([USUAL_FIRST, *(piece[0] for piece in every)]) // 60 * 60
    last = max([USUAL_LAST, *(piece[1] for piece in every)])
    last = min(WHOLE_DAY, -(-last // 60) * 60)
    columns, left_out = [], 0
    for day in days:
        column, without = _lanes(sorted(pieces[day], key=lambda piece: piece[:2]), first)
        columns.append(column)
        left_out += without
    hours = [clock_words(datetime(2000, 1, 1, minute // 60)) for minute in range(first, last, 60)]  # noqa: DTZ001
    return Grid(hours, columns, left_out)


def _place(pieces: dict[date, list[tuple[int, int, Block]]], day: date, begin: int, end: int, block: Block) -> None:
    if day in pieces:
        pieces[day].append((begin, min(end, WHOLE_DAY), block))


def _lanes(pieces: list[tuple[int, int, Block]], first: int) -> tuple[list[dict[str, Any]], int]:
    """Each piece in the first lane that is free; the last of those side by side takes the lanes that stay empty."""
    drawn: list[dict[str, Any]] = []
    busy: list[int] = []
    chain: list[dict[str, Any]] = []
    until, left_out = 0, 0
    for begin, end, block in pieces:
        # Counted in half hours, as it is drawn: 9:15 after 9:15 would share a row.
        at, below = (begin - first) // HALF_HOUR, -(-(end - first) // HALF_HOUR)
        if at >= until:
            busy, chain = [], []
        lane = next((number for number, free_at in enumerate(busy) if free_at <= at), len(busy))
        if lane >= MOST_LANES:
            left_out += 1
            continue
        busy[lane : lane + 1] = [below]
        until = max(until, below)
        piece: dict[str, Any] = {
            "url": block.url, "title": block.title, "who": block.who, "time": block.time, "kind": block.kind,
            "state": block.state, "at": at + 1, "for": below - at, "lane": lane + 1,
        }  # fmt: skip
        drawn.append(piece)
        chain.append(piece)
        for one in chain:
            one["lanes"] = len(busy)
    widest = max((piece["lanes"] for piece in drawn), default=0)
    for piece in drawn:
        if piece["lane"] == piece["lanes"] < widest:
            piece["spans"] = widest - piece["lanes"] + 1
    return drawn, left_out
