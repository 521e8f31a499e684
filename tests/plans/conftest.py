"""The solver compiled before any test waits for it with a transaction open."""

import numpy as np
import pytest

from marketplace.matching.solver.instance import Instance
from marketplace.plans.solver.solver_process import solve_here


@pytest.fixture(scope="session")
def compiled_solver() -> None:
    """Two slots, one person: enough for every kernel to be compiled, or found on disk."""
    two, one = np.array([0, 600]), np.array([480])
    instance = Instance(
        slot_start=two, slot_end=two + 480, slot_priority=np.ones(2, int), slot_headcount=np.ones(2, int),
        slot_week=np.zeros(2, int), coordinator_rest=one, coordinator_minutes=np.array([[900]]),
        pair_slot=np.arange(2), pair_coordinator=np.zeros(2, int), pair_score=np.array([500, 600]),
    )  # fmt: skip
    solve_here(instance, stay=np.empty(0, np.int64), seed=0, time_limit=60, start=None, tell=lambda percent: None)
