"""The question a plan answers: which seats are open, who may take them, how well it fits, and who has which hours left.

Read in a fixed number of statements, however large the market. What is confirmed stays: those hours and the rest around them
are taken before anybody is judged, and so are pinned pairs. Who was asked for a shift and has not answered yet is worth more
there than anybody else, and close before it begins nobody else is proposed; who declined it or gave it back is not proposed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select

from marketplace.assignments.models import Assignment, Offer, OfferKind
from marketplace.assignments.rules import LIVE_STATES, WAITING_STATES, AssignmentState, OfferState
from marketplace.db import as_system, session
from marketplace.eligibility import loading
from marketplace.eligibility.agreements import agreements
from marketplace.eligibility.context import context_for
from marketplace.eligibility.shift_facts import facts_of_shifts
from marketplace.kernel import Phrase, Span, together, week_start, workweek
from marketplace.matching.acceptance import (
    COUNTED_FOR,
    NONE_YET,
    Answers,
    chance,
    expected,
    with_acceptance,
    with_application,
)
from marketplace.matching.constants import PRIORITY_POINTS
from marketplace.matching.facts import BookingFacts, Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.index import Index
from marketplace.matching.local_hours import local_days, time_shared
from marketplace.matching.rules import hard_rules
from marketplace.matching.scoring import Score, score
from marketplace.matching.solver.instance import Instance
from marketplace.matching.verdicts import objections
from marketplace.needs.models import Need, Shift
from marketplace.needs.queries import load_options
from marketplace.needs.rules import NeedState, ShiftState
from marketplace.plans.models import MatchWish
from marketplace.plans.queries import plan_zone
from marketplace.plans.rules import WishKind, priority

MINUTE = timedelta(minutes=1)
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class KeptPair:
    """A seat that is taken already."""

    shift_id: int
    coordinator_id: int
    seat: int


@dataclass(frozen=True)
class Pinned:
    """A pair that is in the plan whatever else is."""

    shift_id: int
    coordinator_id: int
    worth: int


@dataclass(frozen=True)
class Broken:
    """A pin that cannot be kept, and why."""

    wish_id: int
    shift_id: int
    coordinator_id: int
    why: Phrase

    def as_record(self) -> dict[str, Any]:
        """Plain JSON, to be kept with the plan."""
        return {
            "wish_id": self.wish_id,
            "shift_id": self.shift_id,
            "coordinator_id": self.coordinator_id,
            "phrase": self.why.as_record(),
        }


@dataclass
class PlanningProblem:
    """Everything the solver and the board need to know; nothing of it is bound to the database any more."""

    at: datetime
    horizon: Span
    context: Context
    shifts: list[ShiftFacts] = field(default_factory=list)
    """Those with an open seat, as they begin: slot k of the instance is `shifts[k]`."""
    open_seats: dict[int, int] = field(default_factory=dict)
    """Seats not taken, by shift; pinned ones included."""
    taken_seats: dict[int, set[int]] = field(default_factory=dict)
    people: dict[int, CoordinatorFacts] = field(default_factory=dict)
    """Everybody, with what is booked and what is pinned as bookings."""
    kept: list[KeptPair] = field(default_factory=list)
    pinned: list[Pinned] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    waiting: set[tuple[int, int]] = field(default_factory=set)
    """(shift, coordinator) of offers and applications without an answer."""
    applied: set[tuple[int, int]] = field(default_factory=set)
    """Those of them that are applications: she has said yes."""
    answers: dict[int, Answers] = field(default_factory=dict)
    """How each coordinator answered offers lately."""
    coordinators: list[int] = field(default_factory=list)
    """Coordinator j of the instance."""
    instance: Instance | None = None
    stay: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    refusals: dict[int, Counter[str]] = field(default_factory=dict)
    """How many each rule refuses, for the shifts that fewer may take than there are seats."""

    @property
    def seats(self) -> int:
        """All seats that were open when the facts were read."""
        return sum(self.open_seats.values())

    @property
    def pinned_worth(self) -> int:
        return sum(one.worth for one in self.pinned)

    def fit(self, shift: ShiftFacts, coordinator_id: int) -> Score:
        """How well a pair fits, with its parts, one of them how likely she accepts."""
        fits = score(self.people[coordinator_id], shift, self.context)
        if (shift.id, coordinator_id) in self.applied:
            return with_application(fits)
        return with_acceptance(fits, self.answers.get(coordinator_id, NONE_YET))


@dataclass(frozen=True)
class Extra:
    """A pin for this one question: what if she had that shift?"""

    shift_id: int
    coordinator_id: int


def build_instance(at: datetime, horizon: Span, freeze_hours: int, extra: Extra | None = None) -> PlanningProblem:
    """The question as things stand now. Thirteen statements."""
    with as_system():
        found = _open_shifts(at, horizon)
        live = _live(horizon)
        wishes = _wishes(horizon)
        asked = _asked(horizon, at)
        given_back = _given_back(horizon)
        answers = _answers(at)
        papers = agreements()
        people = {one.id: one for one in loading.coordinator_facts(at=at, around=horizon, papers=papers)}
        about = facts_of_shifts(found, papers)
        when = context_for(about, at)
    question = PlanningProblem(at, horizon, when, people=people, answers=answers)
    seated: dict[int, set[int]] = defaultdict(set)
    for one in live:
        question.kept.append(one)
        seated[one.shift_id].add(one.seat)
    for shift in about:
        left = shift.headcount - len(seated[shift.id])
        if left > 0:
            question.shifts.append(shift)
            question.open_seats[shift.id] = left
            question.taken_seats[shift.id] = seated[shift.id]
    question.waiting = {pair for pair, (state, _kind) in asked.items() if state in WAITING_STATES}
    question.applied = {pair for pair in question.waiting if asked[pair][1] is OfferKind.APPLICATION}
    never = {(wish.shift_id, wish.coordinator_id) for wish in wishes if wish.kind is WishKind.FORBID}
    never |= {pair for pair, (state, _kind) in asked.items() if state is OfferState.DECLINED} | given_back
    pins = [(wish.id, wish.shift_id, wish.coordinator_id) for wish in wishes if wish.kind is WishKind.PIN]
    if extra is not None:
        # The question first, so that wishes it contradicts are told as broken; "what if" may ask for what is forbidden.
        never.discard((extra.shift_id, extra.coordinator_id))
        what_if = (extra.shift_id, extra.coordinator_id)
        pins = [(0, *what_if), *(pin for pin in pins if pin[1:] != what_if)]
    _pin(question, pins, never)
    _lay_out(question, never, at + timedelta(hours=freeze_hours))
    return question


# ---- what is read -----------------------------------------------------------------------------------------------


def _open_shifts(at: datetime, horizon: Span) -> list[Shift]:
    return list(
        session.scalars(
            select(Shift)
            .join(Shift.need)
            .where(
                Shift.state == ShiftState.SCHEDULED,
                Shift.starts_at >= max(horizon.start, at),
                Shift.starts_at < horizon.end,
                Need.state == NeedState.OPEN,
            )
            .options(*load_options())
            .order_by(Shift.starts_at, Shift.id)
        ).unique()
    )


def _live(horizon: Span) -> list[KeptPair]:
    rows = session.execute(
        select(Assignment.shift_id, Assignment.coordinator_id, Assignment.seat)
        .where(
            Assignment.state.in_(LIVE_STATES),
            Assignment.starts_at >= horizon.start,
            Assignment.starts_at < horizon.end,
        )
        .order_by(Assignment.starts_at, Assignment.id)
    )
    return [KeptPair(*row) for row in rows]


def _wishes(horizon: Span) -> list[MatchWish]:
    return list(
        session.scalars(
            select(MatchWish)
            .join(Shift, Shift.id == MatchWish.shift_id)
            .where(MatchWish.ended_at.is_(None), Shift.starts_at >= horizon.start, Shift.starts_at < horizon.end)
            .order_by(MatchWish.id)
        )
    )


def _asked(horizon: Span, at: datetime) -> dict[tuple[int, int], tuple[OfferState, OfferKind]]:
    """The last word between each shift and each coordinator: asked or applied and waiting, or declined."""
    rows = session.execute(
        select(Offer.shift_id, Offer.coordinator_id, Offer.state, Offer.expires_at, Offer.kind)
        .join(Shift, Shift.id == Offer.shift_id)
        .where(
            Offer.state.in_([*WAITING_STATES, OfferState.DECLINED]),
            Shift.starts_at >= horizon.start,
            Shift.starts_at < horizon.end,
        )
        .order_by(Offer.id)
    )
    found: dict[tuple[int, int], tuple[OfferState, OfferKind]] = {}
    for shift, coordinator, state, expires_at, kind in rows:
        if state is OfferState.DECLINED or expires_at > at:
            # An application the facility did not choose is a no of the facility: it stands as well.
            found[shift, coordinator] = state, kind
        elif kind is OfferKind.OFFER:
            found.pop((shift, coordinator), None)
    return found


def _given_back(horizon: Span) -> set[tuple[int, int]]:
    """Whoever gave this very shift back, or did not come to it, is not asked to take it again."""
    lost = Assignment.cancelled_by.is_not(None) | Assignment.state.in_(
        [AssignmentState.NO_SHOW, AssignmentState.UPHELD]
    )
    rows = session.execute(
        select(Assignment.shift_id, Assignment.coordinator_id).where(
            lost, Assignment.starts_at >= horizon.start, Assignment.starts_at < horizon.end
        )
    )
    return {(shift, coordinator) for shift, coordinator in rows}


def _answers(at: datetime) -> dict[int, Answers]:
    """How everybody answered offers in the time that counts; not what somebody turned down without being asked."""
    rows = session.execute(
        select(
            Offer.coordinator_id,
            func.count().filter(Offer.state == OfferState.ACCEPTED),
            func.count(),
        )
        .where(
            Offer.kind == OfferKind.OFFER,
            Offer.state.in_([OfferState.ACCEPTED, OfferState.DECLINED]),
            Offer.answered_at >= at - COUNTED_FOR,
            Offer.answered_at <= at,
            Offer.expires_at > Offer.sent_at,
        )
        .group_by(Offer.coordinator_id)
    )
    return {coordinator: Answers(yes, all_of_them) for coordinator, yes, all_of_them in rows}


# ---- pins -------------------------------------------------------------------------------------------------------


def _pin(question: PlanningProblem, pins: Iterable[tuple[int, int, int]], never: set[tuple[int, int]]) -> None:
    """Each pin in its turn becomes a booking, so that everything after it is judged beside it; or it is told why not."""
    by_id = {shift.id: shift for shift in question.shifts}
    held: Counter[int] = Counter()
    for wish_id, shift_id, coordinator_id in pins:
        shift, person = by_id.get(shift_id), question.people.get(coordinator_id)
        if shift is None:
            if not any((one.shift_id, one.coordinator_id) == (shift_id, coordinator_id) for one in question.kept):
                question.broken.append(
                    Broken(wish_id, shift_id, coordinator_id, Phrase("No seat of this shift is open."))
                )
            continue
        why = pin_objection(shift, person, question.open_seats[shift_id] - held[shift_id], question.context)
        if (shift_id, coordinator_id) in never and why is None:
            why = Phrase("They declined this shift, gave it back, or are forbidden for it.")
        if why is not None or person is None:
            question.broken.append(Broken(wish_id, shift_id, coordinator_id, why or _INACTIVE))
            continue
        held[shift_id] += 1
        fits = question.fit(shift, coordinator_id).total
        worth = PRIORITY_POINTS * priority(shift.span.start, question.at) + fits
        question.pinned.append(Pinned(shift_id, coordinator_id, worth))
        question.people[coordinator_id] = with_booking(person, shift)


_INACTIVE = Phrase("This coordinator is not active.")


def pin_objection(shift: ShiftFacts, person: CoordinatorFacts | None, seats: int, context: Context) -> Phrase | None:
    """Why a pin cannot be kept, beside what is booked and pinned already; None when it can."""
    if person is None:
        return _INACTIVE
    if seats <= 0:
        return Phrase("Every open seat of this shift is pinned to somebody else.")
    against = [verdict.phrase for verdict in objections(hard_rules.explain(person, shift, context))]
    return together(against) if against else None


def with_booking(person: CoordinatorFacts, shift: ShiftFacts) -> CoordinatorFacts:
    """The same person with one shift more."""
    booking = BookingFacts(shift.span, shift.id, shift.facility_id)
    return replace(person, bookings=tuple(sorted((*person.bookings, booking), key=lambda one: one.span)))


# ---- the arrays -------------------------------------------------------------------------------------------------


def _lay_out(question: PlanningProblem, never: set[tuple[int, int]], frozen_until: datetime) -> None:
    """The instance: slots with what is left of their seats, people, eligible pairs with scores, hours left a week."""
    pinned_seats = Counter(one.shift_id for one in question.pinned)
    pinned_pairs = {(one.shift_id, one.coordinator_id) for one in question.pinned}
    index = Index.build(question.people.values(), question.context, question.horizon)
    slots, ids = question.shifts, index.ids
    found = index.all_pairs(slots)
    number, who = np.asarray(found.shifts, np.int64), np.asarray(found.coordinators, np.int64)
    persons = ids[who]
    totals = _accepted(question, _totals(index, slots, number, who), number, persons)
    keep = _proposable(slots, number, persons, never | pinned_pairs, question.waiting, frozen_until)
    number, persons, totals = number[keep], persons[keep], totals[keep]
    question.coordinators = sorted({int(key) for key in persons})
    place = {key: n for n, key in enumerate(question.coordinators)}
    column = np.array([place[int(key)] for key in persons], np.int64)
    headcount = np.array([question.open_seats[shift.id] - pinned_seats[shift.id] for shift in slots], np.int64)
    origin = question.horizon.start
    weeks = _Weeks(question.horizon)
    starts = np.array([(shift.span.start - origin) // MINUTE for shift in slots], np.int64)
    ends = np.array([-((origin - shift.span.end) // MINUTE) for shift in slots], np.int64)
    people = [question.people[key] for key in question.coordinators]
    zone = plan_zone()
    slot_week = np.array([weeks.of(shift.span.start, zone) for shift in slots], np.int64)
    question.instance = Instance(
        slot_start=starts,
        slot_end=ends,
        slot_priority=np.array([priority(shift.span.start, question.at) for shift in slots], np.int64),
        slot_headcount=headcount,
        slot_week=slot_week,
        coordinator_rest=np.array([person.rest_minutes for person in people], np.int64),
        coordinator_minutes=weeks.left(people, slots, slot_week, number, column),
        pair_slot=number,
        pair_coordinator=column,
        pair_score=totals,
    )
    keys = zip((slots[n].id for n in number.tolist()), persons.tolist(), strict=True)
    question.stay = np.array([n for n, pair in enumerate(keys) if pair in question.waiting], np.int64)
    eligible = np.bincount(number, minlength=len(slots))
    for n, shift in enumerate(slots):
        if eligible[n] < headcount[n]:
            question.refusals[shift.id] = index.refusals(shift)


def _totals(index: Index, slots: Sequence[ShiftFacts], number: Integers, who: Integers) -> Integers:
    totals = np.zeros(len(number), np.int64)
    edges = np.searchsorted(number, np.arange(len(slots) + 1))
    for n, shift in enumerate(slots):
        if edges[n] < edges[n + 1]:
            totals[edges[n] : edges[n + 1]] = index.scores(shift, who[edges[n] : edges[n + 1]])[0]
    return totals


def _accepted(question: PlanningProblem, totals: Integers, number: Integers, persons: Integers) -> Integers:
    """The totals as `Question.fit` tells them: times the chance that she accepts, whole for who has applied."""
    keys, place = np.unique(persons, return_inverse=True)
    chances = np.array([chance(question.answers.get(key, NONE_YET)) for key in keys.tolist()], np.int64)
    expect: Integers = expected(totals, chances[place])
    slot = {shift.id: n for n, shift in enumerate(question.shifts)}
    for shift, key in question.applied:
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
    """Not what is ruled out by people; and of a shift that begins soon, only who is asked for it already, if anybody is."""
    keep = np.ones(len(number), np.bool_)
    frozen = {shift.id for shift in slots if shift.span.start < frozen_until} & {shift for shift, _ in waiting}
    special = {shift for shift, _ in never} | frozen
    for n in np.flatnonzero(np.isin(number, [k for k, shift in enumerate(slots) if shift.id in special])).tolist():
        pair = (slots[int(number[n])].id, int(persons[n]))
        keep[n] = pair not in never and (pair[0] not in frozen or pair in waiting)
    return keep


class _Weeks:
    """Local weeks by the date of their Monday, the same number for every zone."""

    def __init__(self, horizon: Span) -> None:
        self._first = week_start(horizon.start.date()) - timedelta(days=7)
        self.count = (week_start(horizon.end.date()) - self._first).days // 7 + 2

    def of(self, moment: datetime, zone: str) -> int:
        """The number of the week a moment falls in on the clock of a zone."""
        day = local_days(Span(moment, moment + MINUTE), zone)[0]
        return (week_start(day) - self._first).days // 7

    def monday(self, number: int) -> date:
        return self._first + timedelta(days=7 * number)

    def left(
        self,
        people: Sequence[CoordinatorFacts],
        slots: Sequence[ShiftFacts],
        slot_week: Integers,
        number: Integers,
        column: Integers,
    ) -> Integers:
        """Minutes each may still work in each of her own weeks, by what is booked.

        The solver counts a shift in one week, the same for everybody. Where on her own clock some of it falls into another
        one, the limit is raised by that much, so that no plan that may stand is shut out and the bound stays one; what then
        is too much for her own week is taken out again (`outcome.settled`).
        """
        table = np.zeros((len(people), self.count), np.int64)
        for row, person in enumerate(people):
            for week in range(self.count):
                span = workweek(self.monday(week), person.zone)
                worked = sum((time_shared(one.span, span) for one in person.bookings), timedelta())
                table[row, week] = max(0, person.max_week_minutes - -(-worked // MINUTE))
        elsewhere = self._elsewhere(people, slots, slot_week)
        for n, j in zip(number.tolist(), column.tolist(), strict=True):
            more = elsewhere.get((n, people[j].zone), 0)
            if more:
                table[j, slot_week[n]] += more
        return table

    def _elsewhere(
        self, people: Sequence[CoordinatorFacts], slots: Sequence[ShiftFacts], slot_week: Integers
    ) -> Mapping[tuple[int, str], int]:
        """By slot and zone: the minutes of a shift that do not fall into the week it is counted in."""
        found = {}
        for zone in {person.zone for person in people}:
            spans = [workweek(self.monday(week), zone) for week in range(self.count)]
            for n, shift in enumerate(slots):
                inside = time_shared(shift.span, spans[slot_week[n]])
                outside = shift.span.minutes - inside // MINUTE
                if outside:
                    found[n, zone] = outside
        return found
