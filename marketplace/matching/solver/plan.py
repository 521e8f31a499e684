"""The best plan for all open shifts together, and the proof of how good it is.

`solve` finds a price for each slot (`prices`), fixes the pairs on which the prices agree (`dive`), and then improves the plan
by small and large steps (`local_search`, `large_neighbourhood`). Every plan comes with a bound that no plan can exceed. Where
the two meet, the plan is optimal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from marketplace.kernel import Invalid
from marketplace.matching.solver.heuristics.dive import dive
from marketplace.matching.solver.heuristics.large_neighbourhood import large_neighbourhood
from marketplace.matching.solver.heuristics.local_search import local_search
from marketplace.matching.solver.instance import Instance, Integers, plan_value, read_arrays, write_arrays
from marketplace.matching.solver.market import Array, Market
from marketplace.matching.solver.preprocessing import Prepared, prepare
from marketplace.matching.solver.prices import bound_at, prices_of_the_busiest_moment, rounded, subgradient
from marketplace.matching.solver.search_budget import Progress, SearchBudget, SearchClock
from marketplace.matching.solver.solution import Solution, empty_solution, take_in_order, value_of


@dataclass(frozen=True, eq=False)
class Plan:
    """The chosen pairs, their value and the proof of how good they are."""

    pairs: Integers
    """Indices into the instance's pairs, ascending."""
    value: int
    """Value of the pairs in points: see `plan_value`."""
    objective: int
    """Points that were maximised: the value plus the bonus of incumbent pairs. Equal to `value` without incumbents."""
    bound: int
    """No plan has a higher objective."""
    prices: Array
    """Shape (slots,), in points: the value of one seat of each slot to another coordinator."""
    seconds: float
    rounds: int
    """Passes over all coordinators plus rounds of large neighbourhood search."""

    @property
    def gap(self) -> float:
        """Upper limit of the distance to the best plan, as a share of the bound."""
        return (self.bound - self.objective) / self.bound if self.bound > 0 else 0.0

    def save(self, path: str | Path) -> None:
        """Write `pairs`, `bound` and `prices` as an `.npz` file."""
        write_arrays(path, {"pairs": self.pairs, "bound": np.asarray(self.bound), "prices": self.prices})

    @classmethod
    def load(cls, path: str | Path, instance: Instance) -> Plan:
        """Read a plan to start the next search from. Raises `Invalid` when the file holds no plan for this instance."""
        arrays = read_arrays(path)
        if not {"pairs", "prices"} <= arrays.keys():
            raise Invalid(f"{path} is not a plan: it lacks pairs or prices.")
        pairs, prices = arrays["pairs"], arrays["prices"]
        if pairs.ndim != 1 or prices.ndim != 1 or pairs.dtype.kind not in "iu" or prices.dtype.kind not in "iuf":
            raise Invalid(f"{path} is not a plan: its arrays have another form.")
        pairs = pairs.astype(np.int64)
        if len(prices) != instance.slots or (len(pairs) and not 0 <= pairs.min() <= pairs.max() < instance.pairs):
            raise Invalid(f"{path} is a plan for another instance.")
        points = plan_value(instance, pairs)
        return cls(pairs, points, points, int(arrays.get("bound", points)), prices.astype(float), 0.0, 0)


WANTED_GAP, MORE_ROUNDS_WHERE_WIDE = 0.0004, 6
"""Where the gap is wider: prices are refined again, and there are so many times more rounds of large neighbourhood search."""

MOST_IN_NEIGHBOURHOOD, MOST_IN_NEIGHBOURHOOD_WHERE_WIDE = 120, 250
"""Most coordinators in one neighbourhood."""

MOST_NOISY = 20
"""Rounds of improvement where a coordinator has a fixed cost."""

FIRST_STEP, FIRST_STEP_WARM = 0.2, 0.03

START = 0.95
"""First prices, as a share of the points of a slot's priority. Most shifts have one candidate, so their price ends near it.
This start needs fewer passes than a start at zero."""


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
    """Find the best plan within the budget. Every plan returned keeps all rules, and has a bound.

    `time_limit` is in seconds; without it the budget depends on the size, and the same seed gives the same plan. `warm` is an
    earlier plan: the search starts from its prices, and from those of its pairs that still fit. `pins`, `vetoes` and `stay` are
    indices of pairs: pairs that must be in the plan, pairs that may not, and incumbent pairs, which add 300 points more.
    `progress` receives the share done, the value and the bound a few times a second. When `cancelled()` turns true, the best
    plan so far is returned. Raises `Invalid` for pins that break a rule.
    """
    clock = SearchClock(time_limit, progress, cancelled)
    search = _Search(prepare(instance, pins, vetoes, stay), clock, np.random.default_rng(seed))
    search.run(warm)
    return search.plan(instance)


class _Search:
    """One run of the solver: the best solution and the best prices so far."""

    def __init__(self, prepared: Prepared, clock: SearchClock, random: np.random.Generator) -> None:
        self.prepared, self.clock, self.random = prepared, clock, random
        self.market: Market = prepared.market
        self.budget = SearchBudget.for_size(self.market.pairs)
        self.value_gcd = (
            int(np.gcd.reduce(np.concatenate([self.market.value, self.market.fixed_cost, [0]]).astype(np.int64))) or 1
        )
        self.solution: Solution = empty_solution(self.market)
        self.points = 0
        self.prices = np.zeros(self.market.slots)
        self.search_prices = self.prices  # the last prices, for local and large steps; their bound may be weaker
        self.most = -1  # the bound in points; -1 before the first
        self.rounds = 0

    def run(self, warm: Plan | None) -> None:
        """Search until the budget is used, the time is over, or the plan is proven optimal."""
        self.consider_prices(self.prices)
        if self.market.fixed_cost.any():
            self.consider_prices(prices_of_the_busiest_moment(self.market))
        start = START * self.market.scale
        if warm is not None:
            start = np.asarray(warm.prices, float)[self.prepared.slot_order]
            self.consider_prices(start)
            self.search_prices = start
            self.start_from(warm.pairs)
        prices, primal_average = self.optimise_prices(start, warm is not None)
        if not self.finished(0.8):
            self.clock.done = 0.6
            found = dive(
                self.market,
                prices,
                primal_average,
                self.random,
                passes=self.budget.dive_passes,
                over=lambda: self.clock.over(0.8),
            )
            local_search(self.market, found, self.prices, self.random, over=self.clock.over)
            self.consider(found)
        elif self.points < self.most:
            found = dive(self.market, prices, primal_average, self.random, over=lambda: True)
            self.consider(found)
        self.refine_prices()
        self.improve()
        self.clock.done = 1.0

    def optimise_prices(self, start: Array, warm: bool) -> tuple[Array, Array]:
        """Run the subgradient method for as many passes as budget and time allow; the last prices and the primal average."""
        passes = self.budget.passes // (2 if warm else 1)
        over = lambda: self.clock.over(0.6)  # noqa: E731
        steps = (FIRST_STEP_WARM if warm else FIRST_STEP, self.budget.last_step)
        if self.clock.limit is not None:
            began = self.clock.seconds
            start = subgradient(self.market, start, 2, (steps[0], steps[0]), self.random, over=over).prices
            each = max((self.clock.seconds - began) / 2, 1e-6)
            passes = max(1, min(passes, int((0.55 * self.clock.limit - self.clock.seconds) / each)))
        self.rounds += passes
        result = subgradient(self.market, start, passes, steps, self.random, over=over)
        self.consider_prices(result.prices)
        self.consider_prices(result.average_prices)
        self.search_prices = result.average_prices
        return result.prices, result.primal_average

    def refine_prices(self) -> None:
        """While the gap is wider than wanted: find finer prices, and dive from them."""
        for _ in range(self.budget.price_refinements):
            if self.good_enough or self.clock.over(0.6):
                return
            passes = self.budget.passes // 2
            steps = (FIRST_STEP_WARM / 2, self.budget.last_step / 2)
            result = subgradient(
                self.market, self.search_prices, passes, steps, self.random, over=lambda: self.clock.over(0.6)
            )
            self.rounds += passes
            self.consider_prices(result.prices)
            self.consider_prices(result.average_prices)
            self.search_prices = result.average_prices
            self.decide(self.market, result.prices, result.primal_average)

    def decide(self, market: Market, prices: Array, primal_average: Array) -> None:
        """Dive in this market, or in a noisy copy of it, then improve the solution in the real one."""
        passes = self.budget.dive_passes
        found = dive(market, prices, primal_average, self.random, passes=passes, over=lambda: self.clock.over(0.8))
        local_search(self.market, found, self.search_prices, self.random, over=self.clock.over)
        self.consider(found)

    def decide_with_noise(self) -> None:
        """Dive in a market with a little noise: it breaks ties between plans of the same value."""
        costs = self.market.fixed_cost
        noise = costs.mean() * np.array([0.1, 0.03]) * self.random.integers(0, 2, 2)
        noisy = self.market._replace(
            fixed_cost=costs + noise[0] * self.random.random(len(costs)) * (costs > 0),
            value=self.market.value + noise[1] * self.random.random(self.market.pairs),
        )
        passes = self.budget.passes // 2
        result = subgradient(
            noisy, self.search_prices, passes, (FIRST_STEP, 0.001), self.random, over=lambda: self.clock.over(0.9)
        )
        self.decide(noisy, result.prices, result.primal_average)

    def improve(self) -> None:
        """Large neighbourhood search, until the budget or the time is used."""
        enough = max(self.budget.neighbourhood_rounds, MOST_NOISY if self.market.fixed_cost.any() else 0)
        for round_ in count():
            if self.finished(0.95):
                return
            if self.clock.limit is None and round_ >= enough * (1 if self.good_enough else 1 + MORE_ROUNDS_WHERE_WIDE):
                return
            if self.market.fixed_cost.any() and round_ % 2 == 0:
                self.decide_with_noise()
                self.rounds += 1
                continue
            most = MOST_IN_NEIGHBOURHOOD if self.good_enough else MOST_IN_NEIGHBOURHOOD_WHERE_WIDE
            size = min(max(5, self.market.coordinators * (1 + round_ % 3) // 6), most)
            better, gained = large_neighbourhood(self.market, self.solution, self.search_prices, size, self.random)
            self.rounds += 1
            if gained > 0:
                self.consider(better)

    @property
    def good_enough(self) -> bool:
        return self.most - self.points <= WANTED_GAP * self.most

    def finished(self, share: float) -> bool:
        """True when the plan is proven optimal or this share of the time is over."""
        return self.points >= self.most or self.clock.over(share)

    def start_from(self, pairs: Integers) -> None:
        """Start from the pairs of an earlier plan that still fit, improved by local search."""
        solution = empty_solution(self.market)
        was = np.flatnonzero(np.isin(self.prepared.origin, pairs))
        take_in_order(self.market, solution, was[np.argsort(-self.market.value[was], kind="stable")])
        self.consider(solution)
        local_search(self.market, solution, self.search_prices, self.random, over=lambda: self.clock.over(0.5))
        self.consider(solution)

    def consider(self, solution: Solution) -> None:
        """Keep the solution if it is the best so far."""
        points = round(value_of(self.market, solution))
        if points > self.points:
            self.solution, self.points = Solution(*(array.copy() for array in solution)), points
            self.clock.value = points + self.prepared.pinned_points

    def consider_prices(self, prices: Array) -> None:
        """Keep the prices if their bound is the lowest so far. All values are multiples of `value_gcd`, and so is the bound."""
        prices = rounded(prices)
        most = int(bound_at(self.market, prices)) // self.value_gcd * self.value_gcd
        if self.most < 0 or most < self.most:
            self.most, self.prices = most, prices
            self.clock.bound = most + self.prepared.pinned_points

    def plan(self, instance: Instance) -> Plan:
        """The best solution, in the numbers of the instance."""
        prepared = self.prepared
        pairs = np.sort(np.concatenate([prepared.pins, prepared.origin[self.solution.chosen].astype(np.int64)]))
        points = plan_value(instance, pairs)
        prices = np.empty(instance.slots)
        prices[prepared.slot_order] = self.prices
        if self.clock.progress is not None:
            self.clock.progress(1.0, self.points + prepared.pinned_points, self.most + prepared.pinned_points)
        return Plan(
            pairs=pairs,
            value=points,
            objective=points + int(prepared.bonus[pairs].sum()),
            bound=self.most + prepared.pinned_points,
            prices=prices,
            seconds=self.clock.seconds,
            rounds=self.rounds,
        )
