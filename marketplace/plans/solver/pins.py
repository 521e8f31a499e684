"""Pins: pairs that a plan must keep, checked by the same rules as every booking."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from marketplace.kernel import Phrase, together
from marketplace.matching.constants import PRIORITY_POINTS
from marketplace.matching.facts import BookingFacts, Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.rules import hard_rules
from marketplace.matching.verdicts import objections
from marketplace.plans.rules import priority
from marketplace.plans.solver.planning_problem import Broken, Pinned, PlanningProblem

_INACTIVE = Phrase("This coordinator is not active.")


def pin_pairs(problem: PlanningProblem, pins: Iterable[tuple[int, int, int]], never: set[tuple[int, int]]) -> None:
    """Book each pin in turn, so that later pairs are checked against it. A pin that breaks a rule goes to `broken` instead.

    `pins` are (constraint, shift, coordinator); `never` are the (shift, coordinator) that may not be planned.
    """
    by_id = {shift.id: shift for shift in problem.shifts}
    held: Counter[int] = Counter()
    for constraint_id, shift_id, coordinator_id in pins:
        shift, person = by_id.get(shift_id), problem.people.get(coordinator_id)
        if shift is None:
            if not any((one.shift_id, one.coordinator_id) == (shift_id, coordinator_id) for one in problem.kept):
                problem.broken.append(
                    Broken(constraint_id, shift_id, coordinator_id, Phrase("No seat of this shift is open."))
                )
            continue
        why = pin_objection(shift, person, problem.open_seats[shift_id] - held[shift_id], problem.context)
        if (shift_id, coordinator_id) in never and why is None:
            why = Phrase("They declined this shift, gave it back, or are vetoed for it.")
        if why is not None or person is None:
            problem.broken.append(Broken(constraint_id, shift_id, coordinator_id, why or _INACTIVE))
            continue
        held[shift_id] += 1
        fits = problem.fit(shift, coordinator_id).total
        value = PRIORITY_POINTS * priority(shift.span.start, problem.at) + fits
        problem.pinned.append(Pinned(shift_id, coordinator_id, value))
        problem.people[coordinator_id] = with_booking(person, shift)


def pin_objection(shift: ShiftFacts, person: CoordinatorFacts | None, seats: int, context: Context) -> Phrase | None:
    """The reason a pin cannot be kept beside earlier bookings and pins; None when it can. `seats` are the open ones left."""
    if person is None:
        return _INACTIVE
    if seats <= 0:
        return Phrase("Every open seat of this shift is pinned to somebody else.")
    against = [verdict.phrase for verdict in objections(hard_rules.explain(person, shift, context))]
    return together(against) if against else None


def with_booking(person: CoordinatorFacts, shift: ShiftFacts) -> CoordinatorFacts:
    """The same coordinator with this shift booked."""
    booking = BookingFacts(shift.span, shift.id, shift.facility_id)
    return replace(person, bookings=tuple(sorted((*person.bookings, booking), key=lambda one: one.span)))
