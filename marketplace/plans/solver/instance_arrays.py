"""The arrays of the solver's instance, laid out from the facts of a planning problem.

A coordinator with an open offer gets a bonus for that shift, and inside the freeze window nobody else is proposed.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from marketplace.matching.acceptance import NONE_YET, chance, expected
from marketplace.matching.facts import ShiftFacts
from marketplace.matching.index import Index
from marketplace.matching.solver.instance import Instance
from marketplace.plans.queries import plan_zone
from marketplace.plans.rules import priority
from marketplace.plans.solver.planning_problem import MINUTE, Integers, PlanningProblem
from marketplace.plans.solver.weekly_hours import LocalWeeks


def lay_out(problem: PlanningProblem, never: set[tuple[int, int]], frozen_until: datetime) -> None:
    """Write the instance: slots with seats left, coordinators, eligible pairs with scores, and minutes left a week."""
    pinned_seats = Counter(one.shift_id for one in problem.pinned)
    pinned_pairs = {(one.shift_id, one.coordinator_id) for one in problem.pinned}
    index = Index.build(problem.people.values(), problem.context, problem.horizon)
    slots, ids = problem.shifts, index.ids
    found = index.all_pairs(slots)
    number, who = np.asarray(found.shifts, np.int64), np.asarray(found.coordinators, np.int64)
    persons = ids[who]
    totals = _accepted(problem, _totals(index, slots, number, who), number, persons)
    keep = _proposable(slots, number, persons, never | pinned_pairs, problem.waiting, frozen_until)
    number, persons, totals = number[keep], persons[keep], totals[keep]
    problem.coordinators = sorted({int(key) for key in persons})
    place = {key: n for n, key in enumerate(problem.coordinators)}
    column = np.array([place[int(key)] for key in persons], np.int64)
    headcount = np.array([problem.open_seats[shift.id] - pinned_seats[shift.id] for shift in slots], np.int64)
    origin = problem.horizon.start
    weeks = LocalWeeks(problem.horizon)
    starts = np.array([(shift.span.start - origin) // MINUTE for shift in slots], np.int64)
    ends = np.array([-((origin - shift.span.end) // MINUTE) for shift in slots], np.int64)
    people = [problem.people[key] for key in problem.coordinators]
    zone = plan_zone()
    slot_week = np.array([weeks.of(shift.span.start, zone) for shift in slots], np.int64)
    problem.instance = Instance(
        slot_start=starts,
        slot_end=ends,
        slot_priority=np.array([priority(shift.span.start, problem.at) for shift in slots], np.int64),
        slot_headcount=headcount,
        slot_week=slot_week,
        coordinator_rest=np.array([person.rest_minutes for person in people], np.int64),
        coordinator_minutes=weeks.minutes_left(people, slots, slot_week, number, column),
        pair_slot=number,
        pair_coordinator=column,
        pair_score=totals,
    )
    keys = zip((slots[n].id for n in number.tolist()), persons.tolist(), strict=True)
    problem.stay = np.array([n for n, pair in enumerate(keys) if pair in problem.waiting], np.int64)
    eligible = np.bincount(number, minlength=len(slots))
    for n, shift in enumerate(slots):
        if eligible[n] < headcount[n]:
            problem.refusals[shift.id] = index.refusals(shift)


def _totals(index: Index, slots: Sequence[ShiftFacts], number: Integers, who: Integers) -> Integers:
    totals = np.zeros(len(number), np.int64)
    edges = np.searchsorted(number, np.arange(len(slots) + 1))
    for n, shift in enumerate(slots):
        if edges[n] < edges[n + 1]:
            totals[edges[n] : edges[n + 1]] = index.scores(shift, who[edges[n] : edges[n + 1]])[0]
    return totals


def _accepted(problem: PlanningProblem, totals: Integers, number: Integers, persons: Integers) -> Integers:
    """The totals as in `PlanningProblem.fit`: times the chance of acceptance; unchanged for applicants."""
    keys, place = np.unique(persons, return_inverse=True)
    chances = np.array([chance(problem.answers.get(key, NONE_YET)) for key in keys.tolist()], np.int64)
    expect: Integers = expected(totals, chances[place])
    slot = {shift.id: n for n, shift in enumerate(problem.shifts)}
    for shift, key in problem.applied:
        if shift in slot:
            said_yes = (number == slot[shift]) & (persons == key)
            expect[said_yes] = totals[said_yes]
    return expect


def _proposable(
    slots: Sequence[ShiftFacts],
    number: Integers,
    persons: Integers,
    never: set[tuple[int, int]],
    waiting: set[tuple[int, int]],
    frozen_until: datetime,
) -> npt.NDArray[np.bool_]:
    """Mask of the pairs to keep: none in `never`, and only open offers where a shift inside the freeze window has one."""
    keep = np.ones(len(number), np.bool_)
    frozen = {shift.id for shift in slots if shift.span.start < frozen_until} & {shift for shift, _ in waiting}
    special = {shift for shift, _ in never} | frozen
    for n in np.flatnonzero(np.isin(number, [k for k, shift in enumerate(slots) if shift.id in special])).tolist():
        pair = (slots[int(number[n])].id, int(persons[n]))
        keep[n] = pair not in never and (pair[0] not in frozen or pair in waiting)
    return keep
