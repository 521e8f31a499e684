"""Build the planning problem: read the facts, pin, and have the arrays of the solver's instance laid out.

The number of statements is fixed, whatever the size of the market. Confirmed bookings and pinned pairs come first: their hours
and the rest around them count before any rule is checked. A coordinator who declined a shift or gave it back is not proposed
for it.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from marketplace.db import as_system
from marketplace.eligibility import loading
from marketplace.eligibility.assessment import context_for, facts_of_shifts
from marketplace.kernel import Span
from marketplace.plans.rules import ConstraintKind
from marketplace.plans.solver.instance_arrays import lay_out
from marketplace.plans.solver.pins import pin_pairs
from marketplace.plans.solver.planning_problem import Extra, PlanningProblem
from marketplace.plans.solver.queries import (
    active_constraints,
    booked_pairs,
    given_back,
    offer_states,
    open_shifts,
    recent_answers,
)


def build_instance(at: datetime, horizon: Span, freeze_hours: int, extra: Extra | None = None) -> PlanningProblem:
    """The planning problem at this moment, read in thirteen statements; `extra` is one more pin, for a what-if plan."""
    with as_system():
        found = open_shifts(at, horizon)
        live = booked_pairs(horizon)
        constraints = active_constraints(horizon)
        asked = offer_states(horizon, at)
        returned = given_back(horizon)
        answers = recent_answers(at)
        papers = loading.agreements()
        people = {one.id: one for one in loading.coordinator_facts(at=at, around=horizon, papers=papers)}
        about = facts_of_shifts(found, papers)
        when = context_for(about, at)
    problem = PlanningProblem(at, horizon, when, people=people, answers=answers)
    seated: dict[int, set[int]] = defaultdict(set)
    for one in live:
        problem.kept.append(one)
        seated[one.shift_id].add(one.seat)
    for shift in about:
        left = shift.headcount - len(seated[shift.id])
        if left > 0:
            problem.shifts.append(shift)
            problem.open_seats[shift.id] = left
            problem.taken_seats[shift.id] = seated[shift.id]
    problem.waiting, problem.applied = asked.waiting, asked.applied
    never = {
        (constraint.shift_id, constraint.coordinator_id)
        for constraint in constraints
        if constraint.kind is ConstraintKind.VETO
    }
    never |= asked.declined | returned
    pins = [
        (constraint.id, constraint.shift_id, constraint.coordinator_id)
        for constraint in constraints
        if constraint.kind is ConstraintKind.PIN
    ]
    if extra is not None:
        # The what-if pin comes first, so that pins it contradicts are reported as broken. It may override a veto.
        never.discard((extra.shift_id, extra.coordinator_id))
        what_if = (extra.shift_id, extra.coordinator_id)
        pins = [(0, *what_if), *(pin for pin in pins if pin[1:] != what_if)]
    pin_pairs(problem, pins, never)
    lay_out(problem, never, at + timedelta(hours=freeze_hours))
    return problem
