"""The best plan for all open shifts together, and the proof of how good it is.

`solve` puts prices on slots (`prices`), decides from what they agree on (`dive`), and improves by small and large steps
(`polish`, `rework`). With every plan goes a bound that no plan at all can exceed; where both meet, the plan is optimal.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from marketplace.kernel import Invalid
from marketplace.matching.solver.dive import dive
from marketplace.matching.solver.instance import Instance, Integers, read_arrays, value, write_arrays
from marketplace.matching.solver.large_neighbourhood import large_neighbourhood
from marketplace.matching.solver.local_search import local_search
from marketplace.matching.solver.market import Array, Market
from marketplace.matching.solver.preprocessing import Prepared, prepare
from marketplace.matching.solver.prices import bound_at, prices_of_the_busiest_moment, rounded, subgradient
from marketplace.matching.solver.solution import Solution, empty_solution, take_in_order, value_of

Progress = Callable[[float, int, int], None]


@dataclass(frozen=True, eq=False)
class Plan:
    """Which pairs are picked, and what is known about it."""

    pairs: Integers
    """Indices into the instance's pairs, ascending."""
    value: int
    """What the instance says the pairs are worth."""
    objective: int
    """What was maximised: the value, and the bonus of those who stay. The same as `value` when nobody was to stay."""
    bound: int
    """No plan has a higher objective."""
    prices: Array
    """Points, one entry a slot of the instance: what a seat of it is worth to somebody else."""
    seconds: float
    rounds: int
    """Passes over all coordinators, and parts decided anew."""

    @property
    def gap(self) -> float:
        """By how much the plan may fall short of the best one, as a share of the bound."""
        return (self.bound - self.objective) / self.bound if self.bound > 0 else 0.0

    def save(self, path: str | Path) -> None:
        """Write `pairs`, `bound` and `prices` as an `.npz` file."""
        write_arrays(path, {"pairs": self.pairs, "bound": np.asarray(self.bound), "prices": self.prices})

    @classmethod
    def load(cls, path: str | Path, instance: Instance) -> Plan:
        """Read a plan as a start for the next. Raises `Invalid` when the file is no plan for such an instance."""
        arrays = read_arrays(path)
        if not {"pairs", "prices"} <= arrays.keys():
            raise Invalid(f"{path} is not a plan: it lacks pairs or prices.")
        pairs, prices = arrays["pairs"], arrays["prices"]
        if pairs.ndim != 1 or prices.ndim != 1 or pairs.dtype.kind not in "iu" or prices.dtype.kind not in "iuf":
            raise Invalid(f"{path} is not a plan: its arrays have another form.")
        pairs = pairs.astype(np.int64)
        if len(prices) != instance.slots or (len(pairs) and not 0 <= pairs.min() <= pairs.max() < instance.pairs):
            raise Invalid(f"{path} is a plan for another instance.")
        worth = value(instance, pairs)
        return cls(pairs, worth, worth, int(arrays.get("bound", worth)), prices.astype(float), 0.0, 0)


@dataclass(frozen=True)
class SearchBudget:
    """How much is done when no time limit says otherwise."""

    passes: int
    last_step: float
    dive_passes: int
    settled_again: int
    """How often prices are settled once more where the gap is wider than wanted."""
    reworks: int

    @classmethod
    def for_size(cls, pairs: int) -> SearchBudget:
        """Small markets are priced more finely: there one shift is a larger share of the whole."""
        if pairs < 30_000:
            return cls(passes=600, last_step=0.0002, dive_passes=40, settled_again=3, reworks=30)
        if pairs < 300_000:
            return cls(passes=400, last_step=0.0002, dive_passes=60, settled_again=1, reworks=12)
        if pairs < 3_000_000:
            return cls(passes=180, last_step=0.0005, dive_passes=30, settled_again=1, reworks=0)
        return cls(passes=180, last_step=0.0004, dive_passes=30, settled_again=1, reworks=0)


WANTED_GAP, MOST_REWORKED_AGAIN = 0.0004, 6
"""Where the gap is wider, prices are settled again, and parts are decided anew so many times as often more."""

MOST_REWORKED, MOST_REWORKED_WHERE_WIDE = 120, 250
"""Coordinators whose part of the plan is decided anew at once."""

MOST_NOISY = 20
"""Rounds of improving where using somebody costs points."""

FIRST_STEP, FIRST_STEP_WARM = 0.2, 0.03

START = 0.95
"""First prices, as a share of what a slot's priority is worth: most shifts are wanted by nobody twice, and end up near it.
From there fewer passes are needed than from nothing; how many are too dear or too cheap makes little difference."""


def solve(
    instance: Instance,
    *,
    time_limit: float | None = None,
    seed: int = 0,
    warm: Plan | None = None,
    pins: Integers | None = None,
    vetoes: Integers | None = None,
    stay: Integers | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan that can be found, always one that may stand, with a bound.

    `time_limit` in seconds; without it, effort goes by size, and the same seed gives the same plan. `warm` is an earlier plan
    to start from: its prices, and its pairs where they still fit. `pins`, `vetoes` and `stay` are indices of pairs: those that
    must be in the plan, those that may not, and those already confirmed, which are worth 300 points more. `progress` is told
    the share done, the value and the bound a few times a second. When `cancelled()` turns true, the best so far is returned.
    Raises `Invalid` for pins that break a rule.
    """
    clock = _Clock(time_limit, progress, cancelled)
    search = _Search(prepare(instance, pins, vetoes, stay), clock, np.random.default_rng(seed))
    search.run(warm)
    return search.plan(instance)


class _Clock:
    """Time, cancelling, and telling how far it is."""

    def __init__(self, limit: float | None, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
        self.began = self.told = time.perf_counter()
        self.limit = limit
        self.progress, self.cancelled = progress, cancelled
        self.done = 0.0
        self.value, self.bound = 0, 0

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def over(self, share: float = 1.0) -> bool:
        """Is it time to stop what may take this share of the time? Tells progress on the way."""
        now = time.perf_counter()
        if self.progress is not None and now - self.told > 0.25:
            self.told = now
            self.progress(self.done, self.value, self.bound)
        if self.cancelled is not None and self.cancelled():
            return True
        return self.limit is not None and now - self.began > share * self.limit


class _Search:
    """One run of the solver: the best roster and the best prices so far."""

    def __init__(self, prepared: Prepared, clock: _Clock, random: np.random.Generator) -> None:
        self.prepared, self.clock, self.random = prepared, clock, random
        self.market: Market = prepared.market
        self.effort = SearchBudget.for_size(self.market.pairs)
        self.grain = (
            int(np.gcd.reduce(np.concatenate([self.market.worth, self.market.activation, [0]]).astype(np.int64))) or 1
        )
        self.roster: Solution = empty_solution(self.market)
        self.points = 0
        self.prices = np.zeros(self.market.slots)
        self.guide = self.prices  # for small and large steps: the last prices, whether or not they prove most
        self.most = -1  # the bound in points of the market, none yet
        self.rounds = 0

    def run(self, warm: Plan | None) -> None:
        """Everything, until done, over, or proven optimal."""
        self.consider_prices(self.prices)
        if self.market.activation.any():
            self.consider_prices(prices_of_the_busiest_moment(self.market))
        start = START * self.market.scale
        if warm is not None:
            start = np.asarray(warm.prices, float)[self.prepared.slot_order]
            self.consider_prices(start)
            self.guide = start
            self.start_from(warm.pairs)
        prices, leaning = self.settle(start, warm is not None)
        if not self.finished(0.8):
            self.clock.done = 0.6
            found = dive(
                self.market,
                prices,
                leaning,
                self.random,
                passes=self.effort.dive_passes,
                over=lambda: self.clock.over(0.8),
            )
            local_search(self.market, found, self.prices, self.random, over=self.clock.over)
            self.consider(found)
        elif self.points < self.most:
            found = dive(self.market, prices, leaning, self.random, over=lambda: True)
            self.consider(found)
        self.settle_more()
        self.improve()
        self.clock.done = 1.0

    def settle(self, start: Array, warm: bool) -> tuple[Array, Array]:
        """Good prices, as many passes as there is effort or time for."""
        passes = self.effort.passes // (2 if warm else 1)
        over = lambda: self.clock.over(0.6)  # noqa: E731
        steps = (FIRST_STEP_WARM if warm else FIRST_STEP, self.effort.last_step)
        if self.clock.limit is not None:
            began = self.clock.seconds
            start = subgradient(self.market, start, 2, (steps[0], steps[0]), self.random, over=over).prices
            each = max((self.clock.seconds - began) / 2, 1e-6)
            passes = max(1, min(passes, int((0.55 * self.clock.limit - self.clock.seconds) / each)))
        self.rounds += passes
        settled = subgradient(self.market, start, passes, steps, self.random, over=over)
        self.consider_prices(settled.prices)
        self.consider_prices(settled.smooth)
        self.guide = settled.smooth
        return settled.prices, settled.leaning

    def settle_more(self) -> None:
        """Where the gap is wider than wanted, finer prices, and the plan that follows from them."""
        for _ in range(self.effort.settled_again):
            if self.good_enough or self.clock.over(0.6):
                return
            passes = self.effort.passes // 2
            steps = (FIRST_STEP_WARM / 2, self.effort.last_step / 2)
            settled = subgradient(
                self.market, self.guide, passes, steps, self.random, over=lambda: self.clock.over(0.6)
            )
            self.rounds += passes
            self.consider_prices(settled.prices)
            self.consider_prices(settled.smooth)
            self.guide = settled.smooth
            self.decide(self.market, settled.prices, settled.leaning)

    def decide(self, market: Market, prices: Array, leaning: Array) -> None:
        """Dive in this market, ours or one like it, and polish what was found in ours."""
        passes = self.effort.dive_passes
        found = dive(market, prices, leaning, self.random, passes=passes, over=lambda: self.clock.over(0.8))
        local_search(self.market, found, self.guide, self.random, over=self.clock.over)
        self.consider(found)

    def decide_with_noise(self) -> None:
        """Where many plans are as good as one another, leanings stay undecided: a little noise helps."""
        costs = self.market.activation
        noise = costs.mean() * np.array([0.1, 0.03]) * self.random.integers(0, 2, 2)
        noisy = self.market._replace(
            activation=costs + noise[0] * self.random.random(len(costs)) * (costs > 0),
            worth=self.market.worth + noise[1] * self.random.random(self.market.pairs),
        )
        passes = self.effort.passes // 2
        settled = subgradient(
            noisy, self.guide, passes, (FIRST_STEP, 0.001), self.random, over=lambda: self.clock.over(0.9)
        )
        self.decide(noisy, settled.prices, settled.leaning)

    def improve(self) -> None:
        """Decide parts anew: as often as there is effort, or for as long as there is time."""
        enough = max(self.effort.reworks, MOST_NOISY if self.market.activation.any() else 0)
        for round_ in count():
            if self.finished(0.95):
                return
            if self.clock.limit is None and round_ >= enough * (1 if self.good_enough else 1 + MOST_REWORKED_AGAIN):
                return
            if self.market.activation.any() and round_ % 2 == 0:
                self.decide_with_noise()
                self.rounds += 1
                continue
            most = MOST_REWORKED if self.good_enough else MOST_REWORKED_WHERE_WIDE
            size = min(max(5, self.market.coordinators * (1 + round_ % 3) // 6), most)
            better, gained = large_neighbourhood(self.market, self.roster, self.guide, size, self.random)
            self.rounds += 1
            if gained > 0:
                self.consider(better)

    @property
    def good_enough(self) -> bool:
        return self.most - self.points <= WANTED_GAP * self.most

    def finished(self, share: float) -> bool:
        """Is the plan proven to be optimal, or the time over?"""
        return self.points >= self.most or self.clock.over(share)

    def start_from(self, pairs: Integers) -> None:
        """The pairs of an earlier plan, those that still fit, made better by small steps."""
        roster = empty_solution(self.market)
        was = np.flatnonzero(np.isin(self.prepared.origin, pairs))
        take_in_order(self.market, roster, was[np.argsort(-self.market.worth[was], kind="stable")])
        self.consider(roster)
        local_search(self.market, roster, self.guide, self.random, over=lambda: self.clock.over(0.5))
        self.consider(roster)

    def consider(self, roster: Solution) -> None:
        """Keep the roster if it is the best so far."""
        points = round(value_of(self.market, roster))
        if points > self.points:
            self.roster, self.points = Solution(*(array.copy() for array in roster)), points
            self.clock.value = points + self.prepared.pinned_points

    def consider_prices(self, prices: Array) -> None:
        """Keep the prices if they prove more than the best so far. All values are multiples of the grain, so is the bound."""
        prices = rounded(prices)
        most = int(bound_at(self.market, prices)) // self.grain * self.grain
        if self.most < 0 or most < self.most:
            self.most, self.prices = most, prices
            self.clock.bound = most + self.prepared.pinned_points

    def plan(self, instance: Instance) -> Plan:
        """What was found, in the instance's own numbers."""
        prepared = self.prepared
        pairs = np.sort(np.concatenate([prepared.pins, prepared.origin[self.roster.chosen].astype(np.int64)]))
        worth = value(instance, pairs)
        prices = np.empty(instance.slots)
        prices[prepared.slot_order] = self.prices
        if self.clock.progress is not None:
            self.clock.progress(1.0, self.points + prepared.pinned_points, self.most + prepared.pinned_points)
        return Plan(
            pairs=pairs,
            value=worth,
            objective=worth + int(prepared.bonus[pairs].sum()),
            bound=self.most + prepared.pinned_points,
            prices=prices,
            seconds=self.clock.seconds,
            rounds=self.rounds,
        )
