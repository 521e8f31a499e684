"""The index as one transaction asks it: with the agreements, weights and prices of the moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from marketplace.eligibility.assessment import context_for
from marketplace.eligibility.in_memory.prices import CurrentPrices
from marketplace.eligibility.loading import Agreements
from marketplace.eligibility.seat_values import LastPlan
from marketplace.matching.facts import ShiftFacts, Weights
from marketplace.matching.index import Index, Prices
from marketplace.matching.index.bits import count
from marketplace.matching.index_ranking import rank_everyone
from marketplace.matching.ranking import Ranking


@dataclass(frozen=True)
class SharedIndex:
    """All active coordinators, the papers of the facilities they are asked for, and the weights in force."""

    index: Index
    papers: Agreements
    weights: Weights
    _plan: LastPlan
    _prices: CurrentPrices

    def ranking(self, shift: ShiftFacts, at: datetime, *, priced: bool = False, for_facility: bool = False) -> Ranking:
        """Everybody for one shift; with `priced` less what their hours are worth elsewhere (`prices_for`)."""
        prices = self.prices_for([shift], at).get(shift.id) if priced else None
        return rank_everyone(self.index, shift, prices, for_facility=for_facility)

    def free_for(self, shifts: Sequence[ShiftFacts]) -> tuple[int, int]:
        """The number of people who may take at least one of the shifts, and of those who may take each."""
        free = [self.index.eligible_row(shift) for shift in shifts]
        return count(np.bitwise_or.reduce(free)), count(np.bitwise_and.reduce(free))

    def asked_about(self, shifts: Sequence[ShiftFacts], at: datetime) -> Index:
        """The index, asked at this moment with the weights in force; with the compact where a shift needs a license."""
        asked = context_for(shifts, at, self.weights)
        licensed = any(shift.requires_licence for shift in shifts)
        # Where no shift needs one the context comes without the compact, and no rule looks at it.
        self.index.renew(asked if licensed else replace(asked, compact=self.index.context.compact))
        return self.index

    def prices_for(self, shifts: Sequence[ShiftFacts], at: datetime) -> Mapping[int, Prices]:
        """The worth of everybody's hours elsewhere, for ranking those of these shifts that the last plan knows."""
        return self._prices.for_shifts(self._plan, self.index, shifts, at)
