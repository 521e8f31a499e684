"""The best weeks for one coordinator where their weekly hours run out: exact, over time × minutes used.

Their pairs of a week lie side by side in order of start, so the weeks are blocks, done from the last to the first. Inside a
week the most that pairs k and later can bring within m minutes is

    F[k][m] = max(F[k+1][m], gain[k] + F[after[k]][m − duration[k]])

where after[k] is the first pair that may follow; one in a later week starts with all of that week's minutes. F is kept as
a table when all durations are multiples of a coarse enough grid (their greatest common divisor: a grid that does not divide
every duration would make the bound wrong), and otherwise as fronts, which hold only those sums of minutes that really occur.
"""

from __future__ import annotations

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.market import Array

MOST_CELLS = 512
"""A week of up to so many grid steps is kept as a table."""


@compiled
def within_limits(
    gain: Array, after: Array, duration: Array, week: Array, limit: Array, grid: int, picked: Array
) -> tuple[float, int]:
    """The most that n pairs, in order of start, can bring within the limits, and how many pairs that takes.

    `gain` in points, all above zero; `after` positions up to n; `duration` and `limit` (one a week) in minutes. `picked`
    receives the positions of the chosen pairs, earliest first.
    """
    best = np.empty(len(gain) + 1)  # the most that pairs k and later can bring, with all minutes of the week of k
    if limit.max() // grid < MOST_CELLS:
        count = _by_table(gain, after, duration // grid, week, limit // grid, best, picked)
    else:
        count = _by_fronts(gain, after, duration, week, limit, best, picked)
    return best[0], count


@compiled
def _by_table(gain: Array, after: Array, duration: Array, week: Array, limit: Array, best: Array, picked: Array) -> int:
    """Durations and limits in steps of the grid; rows lie one after the other, a column for each step left in the week."""
    n = len(gain)
    columns = limit.max() + 1
    table = np.empty((n + 1) * columns)
    best[n] = 0.0
    week_end = n
    for k in range(n - 1, -1, -1):
        cells = limit[week[k]] + 1
        row, skip = k * columns, (k + 1) * columns
        if k + 1 == n or week[k + 1] != week[k]:
            # Here a week ends. The first row of the one that follows is read no more, and holds from now on what follows.
            week_end = k + 1
            for cell in range(cells):
                table[skip + cell] = best[k + 1]
        steps = min(duration[k], cells)
        for cell in range(steps):
            table[row + cell] = table[skip + cell]
        if after[k] < week_end:
            _better_of(table, row + steps, skip + steps, after[k] * columns, cells - steps, gain[k])
        else:
            _better_of_one(table, row + steps, skip + steps, cells - steps, gain[k] + best[after[k]])
        best[k] = table[row + cells - 1]
    count = 0
    k = 0
    cell = limit[week[0]]
    while k < n:
        ends = k + 1 == n or week[k + 1] != week[k]
        onward = k + 1
        if table[k * columns + cell] != (best[k + 1] if ends else table[(k + 1) * columns + cell]):
            picked[count] = k
            count += 1
            cell -= duration[k]
            onward = after[k]
        if onward < n and week[onward] != week[k]:
            cell = limit[week[onward]]
        k = onward
    return count


# Positions are unsigned here, so that the compiler knows that none counts from the end, and does many cells at once.


@compiled
def _better_of(table: Array, row: int, skip: int, take: int, cells: int, points: float) -> None:
    to, one, other = np.uint64(row), np.uint64(skip), np.uint64(take)
    for cell in range(np.uint64(cells)):
        with_it = table[other + cell] + points
        without = table[one + cell]
        table[to + cell] = with_it if with_it > without else without


@compiled
def _better_of_one(table: Array, row: int, skip: int, cells: int, points: float) -> None:
    to, one = np.uint64(row), np.uint64(skip)
    for cell in range(np.uint64(cells)):
        without = table[one + cell]
        table[to + cell] = points if points > without else without


@compiled
def _by_fronts(
    gain: Array, after: Array, duration: Array, week: Array, limit: Array, best: Array, picked: Array
) -> int:
    """Same arguments as `_by_table`, with durations and limits in minutes.

    A front is a list of labels (minutes used in this week from here on, points from here to the end of all weeks), in
    which more minutes always bring more points. That of pair k is the front of k+1 merged with the front of after[k] plus
    itself. A label remembers its pair and the label it goes on with; below zero, it goes on with a later week, at position
    −1 − it.
    """
    n = len(gain)
    spent, points = np.empty(16 * n + 64, np.int64), np.empty(16 * n + 64)
    adds, onward = np.empty(16 * n + 64, np.int64), np.empty(16 * n + 64, np.int64)
    front = np.zeros(n + 1, np.int64)
    front_end = np.zeros(n + 1, np.int64)
    labels = 0
    best[n] = 0.0
    week_end = n
    for k in range(n - 1, -1, -1):
        in_week = after[k] < week_end
        a, a_end = front[k + 1], front_end[k + 1]
        if k + 1 == n or week[k + 1] != week[k]:
            week_end = k + 1
            in_week = False
            spent[labels], points[labels], adds[labels], onward[labels] = 0, best[week_end], -1, -1 - week_end
            labels += 1
            a, a_end = labels - 1, labels
        b, b_end = (front[after[k]], front_end[after[k]]) if in_week else (0, 1)
        most = labels + (a_end - a) + (b_end - b) + 2
        if most >= len(spent):
            spent, points = _longer(spent, 2 * most), _longer(points, 2 * most)
            adds, onward = _longer(adds, 2 * most), _longer(onward, 2 * most)
        front[k] = labels
        top = -1.0
        while a < a_end or b < b_end:
            b_spent, b_points = 0, 0.0
            if b < b_end:
                b_spent = duration[k] + (spent[b] if in_week else 0)
                b_points = gain[k] + (points[b] if in_week else best[after[k]])
                if b_spent > limit[week[k]]:
                    b = b_end
                    continue
            if b >= b_end or (a < a_end and (spent[a] < b_spent or (spent[a] == b_spent and points[a] >= b_points))):
                if points[a] > top:
                    top = points[a]
                    spent[labels], points[labels], adds[labels], onward[labels] = spent[a], top, adds[a], onward[a]
                    labels += 1
                a += 1
            else:
                if b_points > top:
                    top = b_points
                    spent[labels], points[labels], adds[labels] = b_spent, top, k
                    onward[labels] = b if in_week else -1 - after[k]
                    labels += 1
                b += 1
        front_end[k] = labels
        best[k] = top
    return _read_fronts(n, front_end, adds, onward, picked)


@compiled
def _read_fronts(n: int, front_end: Array, adds: Array, onward: Array, picked: Array) -> int:
    """Follow the best labels from the first pair on; write their pairs to `picked`, and return how many."""
    count = 0
    position = 0
    while position < n:
        label = front_end[position] - 1
        while label >= 0:
            if adds[label] >= 0:
                picked[count] = adds[label]
                count += 1
            label = onward[label]
        position = -1 - label
    return count


@compiled
def _longer(array: Array, length: int) -> Array:
    longer = np.empty(length, array.dtype)
    longer[: len(array)] = array
    return longer
