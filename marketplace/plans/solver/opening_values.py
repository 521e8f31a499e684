"""The value of everybody's hours at the prices of a plan, for rankings between two plans."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from marketplace.matching.index import Opening
from marketplace.matching.index.clock import bounds
from marketplace.plans.solver.planning_problem import PlanningProblem


def openings(problem: PlanningProblem, prices: Sequence[float]) -> Mapping[int, list[Opening]]:
    """For each coordinator the open shifts they may take for which something is left at their price, in whole points.

    A shift they are pinned to counts with its whole value: that seat is nobody else's.
    """
    assert problem.instance is not None
    instance = problem.instance
    left = np.floor(instance.pair_value - np.asarray(prices, float)[instance.pair_slot]).astype(np.int64)
    found: dict[int, list[Opening]] = defaultdict(list)
    when = [bounds(shift.span) for shift in problem.shifts]
    for n in np.flatnonzero(left > 0).tolist():
        slot = int(instance.pair_slot[n])
        key = problem.coordinators[int(instance.pair_coordinator[n])]
        found[key].append(Opening(*when[slot], problem.shifts[slot].id, int(left[n])))
    slots = {shift.id: slot for slot, shift in enumerate(problem.shifts)}
    for pin in problem.pinned:
        found[pin.coordinator_id].append(Opening(*when[slots[pin.shift_id]], pin.shift_id, pin.value))
    return found
