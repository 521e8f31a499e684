"""One instance by OR-Tools CP-SAT with 8 workers, in a process of its own: prints status, value, bound and CPU seconds."""

import sys
import time

from ortools.sat.python import cp_model

from marketplace.matching.solver.instance import Instance


def main(path: str, seconds: float) -> None:
    """Headcounts and hours as linear rows, rest as no-overlap of optional intervals."""
    instance = Instance.load(path)
    model = cp_model.CpModel()
    picked = [model.new_bool_var("") for _ in range(instance.pairs)]
    slots: dict[int, list[int]] = {}
    people: dict[int, list[int]] = {}
    for pair, (slot, who) in enumerate(
        zip(instance.pair_slot.tolist(), instance.pair_coordinator.tolist(), strict=True)
    ):
        slots.setdefault(slot, []).append(pair)
        people.setdefault(who, []).append(pair)
    for slot, pairs in slots.items():
        model.add(sum(picked[pair] for pair in pairs) <= int(instance.slot_headcount[slot]))
    for who, pairs in people.items():
        rest = int(instance.coordinator_rest[who])
        intervals, weeks = [], {}
        for pair in pairs:
            slot = int(instance.pair_slot[pair])
            start, minutes = int(instance.slot_start[slot]), int(instance.slot_end[slot] - instance.slot_start[slot])
            intervals.append(model.new_optional_fixed_size_interval_var(start, minutes + rest, picked[pair], ""))
            weeks.setdefault(int(instance.slot_week[slot]), []).append(minutes * picked[pair])
        model.add_no_overlap(intervals)
        for week, used in weeks.items():
            model.add(sum(used) <= int(instance.coordinator_minutes[who, week]))
    model.maximize(cp_model.LinearExpr.weighted_sum(picked, instance.pair_value.tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 8
    began = time.process_time()
    status = solver.solve(model)
    took = time.process_time() - began
    print(solver.status_name(status), round(solver.objective_value), round(solver.best_objective_bound), f"{took:.1f}")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
