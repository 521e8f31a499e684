"""What the plan's prices say about everybody's hours, for those who rank between two plans."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from marketplace.matching.index import Opening
from marketplace.matching.index.clock import bounds
from marketplace.plans.solver.build_instance import PlanningProblem


def openings(question: PlanningProblem, prices: Sequence[float]) -> Mapping[int, list[Opening]]:
    """For each coordinator the open shifts she may take for which something is left at their price, in whole points.

    What she is pinned to counts with all it is worth: that seat is nobody else's.
    """
    assert question.instance is not None
    instance = question.instance
    left = np.floor(instance.pair_worth - np.asarray(prices, float)[instance.pair_slot]).astype(np.int64)
    found: dict[int, list[Opening]] = defaultdict(list)
    when = [bounds(shift.span) for shift in question.shifts]
    for n in np.flatnonzero(left > 0).tolist():
        slot = int(instance.pair_slot[n])
        key = question.coordinators[int(instance.pair_coordinator[n])]
        found[key].append(Opening(*when[slot], question.shifts[slot].id, int(left[n])))
    slots = {shift.id: slot for slot, shift in enumerate(question.shifts)}
    for pin in question.pinned:
        found[pin.coordinator_id].append(Opening(*when[slots[pin.shift_id]], pin.shift_id, pin.worth))
    return found
