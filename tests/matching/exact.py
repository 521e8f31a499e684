"""The exact optimum of an instance by a general solver (HiGHS): slow, obvious, and nothing of ours in it but the file."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from marketplace.matching.solver.instance import Instance

Rows = list[tuple[list[int], list[float], float]]


def rows(instance: Instance) -> Rows:
    """The rules as rows Σ coefficient · pair ≤ limit: headcount, people resting, weekly minutes, in this order."""
    made: Rows = []
    for slot in range(instance.slots):
        members = np.flatnonzero(instance.pair_slot == slot).tolist()
        made.append((members, [1.0] * len(members), float(instance.slot_headcount[slot])))
    for coordinator in range(instance.coordinators):
        made += _rest_rows(instance, coordinator) + _hour_rows(instance, coordinator)
    return [row for row in made if row[0]]


def _rest_rows(instance: Instance, coordinator: int) -> Rows:
    """At each start, at most one of the slots that are still running or resting: these are all maximal cliques."""
    mine = np.flatnonzero(instance.pair_coordinator == coordinator)
    start = instance.slot_start[instance.pair_slot[mine]]
    rested = instance.slot_end[instance.pair_slot[mine]] + instance.coordinator_rest[coordinator]
    cliques = {tuple(mine[(start <= moment) & (moment < rested)].tolist()) for moment in np.unique(start)}
    return [(list(clique), [1.0] * len(clique), 1.0) for clique in sorted(cliques) if len(clique) > 1]


def _hour_rows(instance: Instance, coordinator: int) -> Rows:
    mine = np.flatnonzero(instance.pair_coordinator == coordinator)
    slots = instance.pair_slot[mine]
    made: Rows = []
    for week in range(instance.weeks):
        inside = instance.slot_week[slots] == week
        minutes = (instance.slot_end - instance.slot_start)[slots[inside]].astype(float)
        made.append((mine[inside].tolist(), minutes.tolist(), float(instance.coordinator_minutes[coordinator, week])))
    return made


def solve_exactly(instance: Instance, *, whole: bool = True, seconds: float = 60.0, **options: Any) -> dict[str, Any]:
    """Optimum (`value`), proven `bound`, `pairs` and `status`; with `whole=False` the linear relaxation."""
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("time_limit", seconds)
    model.setOptionValue("mip_rel_gap", 1e-9)
    model.setOptionValue("threads", 1)
    for name, setting in options.items():
        model.setOptionValue(name, setting)
    used = np.flatnonzero(instance.fixed_cost > 0) if instance.pairs else np.array([], np.int64)
    column_of = {int(coordinator): instance.pairs + k for k, coordinator in enumerate(used)}
    cost = np.concatenate([-instance.pair_value.astype(float), instance.fixed_cost[used].astype(float)])
    every = rows(instance) + [
        ([pair, column_of[int(who)]], [1.0, -1.0], 0.0)
        for pair, who in enumerate(instance.pair_coordinator.tolist())
        if int(who) in column_of
    ]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(every)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(len(cost)), np.ones(len(cost))
    lp.row_lower_ = np.full(len(every), -np.inf)
    lp.row_upper_ = np.array([limit for _, _, limit in every])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0] + [len(members) for members, _, _ in every]).astype(np.int32)
    lp.a_matrix_.index_ = np.array([pair for members, _, _ in every for pair in members], np.int32)
    lp.a_matrix_.value_ = np.array([number for _, numbers, _ in every for number in numbers])
    if whole:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    model.passModel(lp)
    model.run()
    information = model.getInfo()
    solution = np.array(model.getSolution().col_value)[: instance.pairs]
    return {
        "value": -information.objective_function_value,
        "bound": -information.mip_dual_bound if whole else -information.objective_function_value,
        "pairs": np.flatnonzero(solution > 0.5),
        "status": model.modelStatusToString(model.getModelStatus()),
    }
