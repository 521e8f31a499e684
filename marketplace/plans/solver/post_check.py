"""Check the solver's result against the hard rules, and give every empty seat its reason.

The solver knows arrays only. Here each pair goes through the hard rules once more, with the coordinator's other planned shifts
as bookings. A pair that fails is removed, and its seat goes to the best coordinator who passes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from marketplace.matching.constants import INCUMBENT_BONUS, PRIORITY_POINTS
from marketplace.matching.facts import CoordinatorFacts, ShiftFacts
from marketplace.matching.rules import hard_rules
from marketplace.plans.rules import GapReason, priority
from marketplace.plans.solver.pins import with_booking
from marketplace.plans.solver.planning_problem import MINUTE, PlanningProblem
from marketplace.plans.solver.solver_process import SolverResult

MOST_OPTIONS, MOST_NAMED = 6, 12


@dataclass(frozen=True)
class Chosen:
    """One proposal."""

    shift_id: int
    coordinator_id: int
    seat: int
    score: int
    pinned: bool


@dataclass
class Gap:
    """Seats of a shift that stay empty."""

    shift_id: int
    seats: int
    reason: GapReason
    refusals: dict[str, int] = field(default_factory=dict)
    taken: list[tuple[int, int]] = field(default_factory=list)
    """(coordinator, the planned shift that conflicts), best fits first."""
    hours: int = 0


@dataclass(frozen=True)
class Option:
    """An alternative coordinator for a shift; choosing them costs the plan at least `at_least` points."""

    shift_id: int
    coordinator_id: int
    score: int
    at_least: int


@dataclass
class CheckedPlan:
    """A plan ready to be stored; `value` and `bound` in points."""

    chosen: list[Chosen]
    gaps: list[Gap]
    options: list[Option]
    value: int
    bound: int
    filled: int


def post_check(problem: PlanningProblem, answer: SolverResult) -> CheckedPlan:
    """The plan that the solver's pairs make, with its value and a bound that holds for all plans, both in points."""
    market = _Market(problem)
    roster = _Roster(problem)
    for n in sorted(answer.pairs, key=lambda n: (-market.priority[market.slot[n]], market.slot[n], -market.score[n])):
        roster.take(market.shift(n), market.person(n), market.score[n])
    for slot in sorted(market.of_slot, key=lambda slot: (-market.priority[slot], slot)):
        _fill(market, roster, slot)
    chosen = roster.chosen()
    begins = {shift.id: shift.span.start for shift in problem.shifts}
    value = sum(_value(problem, one, priority(begins[one.shift_id], problem.at)) for one in chosen)
    # The repair changed the value by this much, and so the cost of every alternative.
    more = value - problem.pinned_value - answer.value
    at_least = {n: max(0, lost + more) if lost > 0 else lost for n, lost in enumerate(answer.at_least.tolist())}
    return CheckedPlan(
        chosen=chosen,
        gaps=list(_gaps(problem, market, roster)),
        options=list(_options(market, roster, at_least)),
        value=value,
        bound=max(answer.bound + problem.pinned_value, value),
        filled=len(chosen),
    )


class _Market:
    """The instance in plain lists, pairs by slot from the best fit down."""

    def __init__(self, problem: PlanningProblem) -> None:
        assert problem.instance is not None
        instance = problem.instance
        self.shifts = problem.shifts
        self.slot: list[int] = instance.pair_slot.tolist()
        self.column: list[int] = instance.pair_coordinator.tolist()
        self.score: list[int] = instance.pair_score.tolist()
        self.priority: list[int] = instance.slot_priority.tolist()
        self.coordinators = problem.coordinators
        self.of_slot: dict[int, list[int]] = defaultdict(list)
        for n in sorted(range(len(self.slot)), key=lambda n: (-self.score[n], self.coordinators[self.column[n]])):
            self.of_slot[self.slot[n]].append(n)

    def shift(self, pair: int) -> ShiftFacts:
        return self.shifts[self.slot[pair]]

    def person(self, pair: int) -> int:
        return self.coordinators[self.column[pair]]


class _Roster:
    """Assigned pairs so far, and every coordinator's facts with these pairs as bookings."""

    def __init__(self, problem: PlanningProblem) -> None:
        self._problem = problem
        self.people: dict[int, CoordinatorFacts] = dict(problem.people)
        self.left = dict(problem.open_seats)
        self.given: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
        self.planned: dict[int, list[ShiftFacts]] = defaultdict(list)
        by_id = {shift.id: shift for shift in problem.shifts}
        for pin in problem.pinned:
            shift = by_id[pin.shift_id]
            self._note(shift, pin.coordinator_id, problem.fit(shift, pin.coordinator_id).total, True)

    def may(self, shift: ShiftFacts, coordinator_id: int) -> bool:
        """True when the hard rules allow it beside the coordinator's other planned shifts."""
        return hard_rules.eligible(self.people[coordinator_id], shift, self._problem.context)

    def take(self, shift: ShiftFacts, coordinator_id: int, points: int) -> bool:
        if self.left[shift.id] <= 0 or not self.may(shift, coordinator_id):
            return False
        self.people[coordinator_id] = with_booking(self.people[coordinator_id], shift)
        self._note(shift, coordinator_id, points, False)
        return True

    def _note(self, shift: ShiftFacts, coordinator_id: int, points: int, pinned: bool) -> None:
        self.left[shift.id] -= 1
        self.given[shift.id].append((coordinator_id, points, pinned))
        self.planned[coordinator_id].append(shift)

    def holders(self, shift_id: int) -> set[int]:
        return {coordinator for coordinator, _points, _pinned in self.given[shift_id]}

    def chosen(self) -> list[Chosen]:
        """Every proposal with a seat of its own, the lowest free ones first."""
        found = []
        for shift in self._problem.shifts:
            free = (n for n in range(1, shift.headcount + 1) if n not in self._problem.taken_seats[shift.id])
            for seat, (coordinator, points, pinned) in zip(free, self.given[shift.id], strict=False):
                found.append(Chosen(shift.id, coordinator, seat, min(points, 999), pinned))
        return found


def _fill(market: _Market, roster: _Roster, slot: int) -> None:
    """Give free seats of the slot to the best coordinators who pass the rules."""
    shift = market.shifts[slot]
    for n in market.of_slot[slot]:
        if roster.left[shift.id] <= 0:
            return
        if market.person(n) not in roster.holders(shift.id):
            roster.take(shift, market.person(n), market.score[n])


def _value(problem: PlanningProblem, one: Chosen, weight: int) -> int:
    bonus = INCUMBENT_BONUS if not one.pinned and (one.shift_id, one.coordinator_id) in problem.waiting else 0
    return PRIORITY_POINTS * weight + one.score + bonus


def _gaps(problem: PlanningProblem, market: _Market, roster: _Roster) -> Iterable[Gap]:
    for slot, shift in enumerate(market.shifts):
        seats = roster.left[shift.id]
        if seats <= 0:
            continue
        able = [market.person(n) for n in market.of_slot.get(slot, ())]
        able = [one for one in able if one not in roster.holders(shift.id)]
        if not able:
            refusals = problem.refusals.get(shift.id, Counter[str]())
            yield Gap(shift.id, seats, GapReason.NOBODY, dict(refusals.most_common()))
            continue
        gap = Gap(shift.id, seats, GapReason.TAKEN)
        for coordinator in able:
            clash = _clashing(roster.people[coordinator], roster.planned[coordinator], shift)
            if clash is None:
                gap.hours += 1
            elif len(gap.taken) < MOST_NAMED:
                gap.taken.append((coordinator, clash))
        if gap.hours and not gap.taken:
            gap.reason = GapReason.HOURS
        yield gap


def _clashing(person: CoordinatorFacts, planned: Sequence[ShiftFacts], shift: ShiftFacts) -> int | None:
    """The planned shift that conflicts with this one, rest included; None when none does."""
    rest = person.rest_minutes * MINUTE
    near = [one for one in planned if one.span.start < shift.span.end + rest and shift.span.start < one.span.end + rest]
    return near[0].id if near else None


def _options(market: _Market, roster: _Roster, at_least: Mapping[int, int]) -> Iterable[Option]:
    """The alternatives for every shift, cheapest for the plan first, `MOST_OPTIONS` at most."""
    for slot, pairs in market.of_slot.items():
        shift = market.shifts[slot]
        others = [n for n in pairs if at_least.get(n, 0) >= 0 and market.person(n) not in roster.holders(shift.id)]
        others.sort(key=lambda n: (at_least.get(n, 0), -market.score[n]))
        for n in others[:MOST_OPTIONS]:
            yield Option(shift.id, market.person(n), market.score[n], at_least.get(n, 0))
