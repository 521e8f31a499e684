"""The time the solver searches: by the size of the market, by a time limit, or until somebody cancels."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[float, int, int], None]
"""Receives the share done (0 to 1), the value and the bound in points."""


@dataclass(frozen=True)
class SearchBudget:
    """Limits of a search that has no time limit."""

    passes: int
    last_step: float
    dive_passes: int
    price_refinements: int
    """Rounds of finer prices while the gap is wider than wanted."""
    neighbourhood_rounds: int

    @classmethod
    def for_size(cls, pairs: int) -> SearchBudget:
        """Small markets get more passes: one shift is a larger share of the whole there."""
        if pairs < 30_000:
            return cls(passes=600, last_step=0.0002, dive_passes=40, price_refinements=3, neighbourhood_rounds=30)
        if pairs < 300_000:
            return cls(passes=400, last_step=0.0002, dive_passes=60, price_refinements=1, neighbourhood_rounds=12)
        if pairs < 3_000_000:
            return cls(passes=180, last_step=0.0005, dive_passes=30, price_refinements=1, neighbourhood_rounds=0)
        return cls(passes=180, last_step=0.0004, dive_passes=30, price_refinements=1, neighbourhood_rounds=0)


class SearchClock:
    """Time limit, cancellation and progress of one search."""

    def __init__(self, limit: float | None, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
        self.began = self.reported = time.perf_counter()
        self.limit = limit
        self.progress, self.cancelled = progress, cancelled
        self.done = 0.0
        self.value, self.bound = 0, 0

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def over(self, share: float = 1.0) -> bool:
        """True when this share of the time limit has passed, or the search is cancelled. Reports progress."""
        now = time.perf_counter()
        if self.progress is not None and now - self.reported > 0.25:
            self.reported = now
            self.progress(self.done, self.value, self.bound)
        if self.cancelled is not None and self.cancelled():
            return True
        return self.limit is not None and now - self.began > share * self.limit
