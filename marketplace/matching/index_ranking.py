"""The ranking of everybody in an index: only those who are looked at are judged in words."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from marketplace.matching.disclosure import ALIKE, SHOWN_AS
from marketplace.matching.facts import ShiftFacts
from marketplace.matching.index import Index, Prices
from marketplace.matching.ranking import Candidate, RankedCandidate, Ranking, RefusedCandidate
from marketplace.matching.rules.hard_rules import RULES

_BIT = {rule.code: np.uint32(1 << number) for number, rule in enumerate(RULES)}
_ALIKE_BITS = np.bitwise_or.reduce([_BIT[code] for code in sorted(ALIKE)])


def rank_everyone(
    index: Index, shift: ShiftFacts, prices: Prices | None = None, *, for_facility: bool = False
) -> Ranking:
    """The same for everybody in an index, of whom only those looked at are judged in words.

    With `for_facility` neither words, counts nor order tell a private choice of a coordinator (`disclosure`).
    """
    context = index.context
    best = index.rank(shift, top=None, prices=prices)
    reasons_of = refusals_for_facility(index.reasons(shift)) if for_facility else index.reasons(shift)
    against = np.bitwise_count(reasons_of)
    others = np.flatnonzero(against)
    others = others[np.lexsort((index.ids[others], against[others]))]
    good = [index.facts(index.position(key)) for key in best.ids.tolist()]
    bad = [index.facts(position) for position in others.tolist()]
    costs = best.costs.tolist()
    counted = {rule.code: int(np.count_nonzero(reasons_of & np.uint32(1 << n))) for n, rule in enumerate(RULES)}
    return Ranking(
        eligible=RankedCandidate(
            len(good), lambda n: Candidate(good[n], shift, context, costs[n], prices, for_facility)
        ),
        ineligible=RankedCandidate(len(bad), lambda n: RefusedCandidate(bad[n], shift, context, for_facility)),
        counts=Counter({code: count for code, count in counted.items() if count}),
    )


def refusals_for_facility(bits: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The same for `Index.reasons`: whom any of ALIKE refuses is refused by SHOWN_AS, once."""
    told: npt.NDArray[np.uint32] = bits & ~_ALIKE_BITS
    told[(bits & _ALIKE_BITS) != 0] |= _BIT[SHOWN_AS]
    return told
