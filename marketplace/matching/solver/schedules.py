"""The best weeks for one coordinator: which of the shifts they may take pay most, at given prices, within rest and hours.

This is weighted interval scheduling: with their pairs in order of start, `best[i] = max(best[i+1], gain[i] + best[follower[i]])`
is the most that pairs i and later can bring. Only where that answer breaks a weekly limit is it worked out again, exactly,
over time × minutes used (`hours.py`).
"""

from __future__ import annotations

import numpy as np

from marketplace.matching.solver.compiling import compiled
from marketplace.matching.solver.hours import within_limits
from marketplace.matching.solver.market import Array, Market


@compiled
def best_schedule(market: Market, coordinator: int, gain: Array, best: Array, picked: Array) -> tuple[float, int]:
    """The most a coordinator's schedule can gain, and how many pairs it has; `picked` receives them, earliest first.

    `gain` holds points for their pairs, by position (pair − first[coordinator]); pairs without gain are left out. `best`
    (one longer) is scratch. Their fixed cost is already taken off; when nothing gains more, the answer is 0 and no pairs.
    """
    begin = market.first[coordinator]
    n = market.first[coordinator + 1] - begin
    best[n] = 0.0
    for i in range(n - 1, -1, -1):
        # A pair that gains nothing is never taken: best[follower] is at most best[i + 1].
        best[i] = max(best[i + 1], gain[i] + best[market.follower[begin + i] - begin])
    if best[0] <= market.fixed_cost[coordinator]:
        return 0.0, 0
    total, count = best[0], 0
    i = 0
    week, left = -1, 0
    while best[i] > 0.0:
        if best[i] == best[i + 1]:
            i += 1
            continue
        slot = market.slot[begin + i]
        if market.week[slot] != week:
            week = market.week[slot]
            left = market.limit[coordinator, week]
        left -= market.minutes[slot]
        if left < 0:
            total, count = _within_limits(market, coordinator, gain, picked)
            break
        picked[count] = begin + i
        count += 1
        i = market.follower[begin + i] - begin
    if total <= market.fixed_cost[coordinator]:
        return 0.0, 0
    return total - market.fixed_cost[coordinator], count


@compiled
def _within_limits(market: Market, coordinator: int, gain: Array, picked: Array) -> tuple[float, int]:
    """The same where weekly minutes bind: their pairs that gain something, handed to `within_limits` and back."""
    begin = market.first[coordinator]
    pairs = market.first[coordinator + 1] - begin
    rank, kept = np.empty(pairs + 1, np.int64), np.empty(pairs, np.int64)
    n = 0
    for i in range(pairs):
        rank[i] = n
        kept[n] = i
        n += gain[i] > 0.0
    rank[pairs] = n
    points, after = np.empty(n), np.empty(n, np.int64)
    duration, week = np.empty(n, np.int64), np.empty(n, np.int64)
    for k in range(n):
        slot = market.slot[begin + kept[k]]
        points[k], after[k] = gain[kept[k]], rank[market.follower[begin + kept[k]] - begin]
        duration[k], week[k] = market.minutes[slot], market.week[slot]
    total, count = within_limits(
        points, after, duration, week, market.limit[coordinator], market.grid[coordinator], picked
    )
    for k in range(count):
        picked[k] = begin + kept[picked[k]]
    return total, count
