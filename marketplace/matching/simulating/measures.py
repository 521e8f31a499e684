"""The result of one strategy: filled seats, cost, fairness, and the share of proposals that changed between plans."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from marketplace.matching.simulating.period import Book, Period
from marketplace.matching.solver.instance import Integers, plan_value


@dataclass(frozen=True)
class SimulationResult:
    """Figures of one way over one stretch. Money in cents, time in minutes, shares from 0 to 1."""

    way: str
    seats: int
    filled: int
    pay_cents: int
    """The pay of the filled shifts."""
    mean_score: float
    value: int
    """As a plan is valued: 10,000 × priority + score of each filled seat."""
    used: int
    """Coordinators with at least one shift."""
    gini_hours: float
    """0: all who may work have the same hours; 1: one has them all."""
    asked: int
    declined: int
    shown: int = 0
    """Seats that were in two plans one after the other, neither fixed yet."""
    moved: int = 0
    """Of those, how many were meant for somebody else the second time."""

    @property
    def fill_rate(self) -> float:
        return self.filled / self.seats if self.seats else 0.0

    @property
    def moved_share(self) -> float:
        """Instability of the plans: the share of proposals, 0 to 1, that were for somebody else in the next plan."""
        return self.moved / self.shown if self.shown else 0.0

    def as_record(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self) | {"fill_rate": self.fill_rate, "moved_share": self.moved_share}


def gini(amounts: Integers) -> float:
    """Gini coefficient: half the mean difference of all pairs over the mean. 0 when there is nothing."""
    ordered = np.sort(np.asarray(amounts, np.float64))
    total = ordered.sum()
    if not len(ordered) or total <= 0:
        return 0.0
    ranks = np.arange(1, len(ordered) + 1)
    return float((2 * ranks - len(ordered) - 1) @ ordered / (len(ordered) * total))


def measured(way: str, stretch: Period, book: Book, **counts: int) -> SimulationResult:
    """The figures of a book at the end. Only those who might have had a shift at all count for fairness."""
    data = stretch.instance
    pairs = np.array(book.pairs, np.int64)
    slots, who = data.pair_slot[pairs], data.pair_coordinator[pairs]
    minutes = np.bincount(who, weights=data.slot_end[slots] - data.slot_start[slots], minlength=data.coordinators)
    return SimulationResult(
        way=way,
        seats=data.seats,
        filled=len(pairs),
        pay_cents=int(stretch.pay_cents[slots].sum()),
        mean_score=float(data.pair_score[pairs].mean()) if len(pairs) else 0.0,
        value=plan_value(data, pairs),
        used=len(np.unique(who)),
        gini_hours=gini(minutes[np.unique(data.pair_coordinator)].astype(np.int64)),
        **{"asked": 0, "declined": 0, **counts},
    )
