"""A seat is open again: who is free for it, and who could move to it because somebody else is free for what she has.

Nobody is moved silently: whoever is free gets an offer; whoever would have to move is asked first, and nothing changes until
she has said yes (`booking/reassignments.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import islice

from sqlalchemy import Text, cast, literal, select, union_all

from marketplace.assignments.models import Assignment, Offer, Reassignment, load_options
from marketplace.assignments.rules import (
    OPEN_REASSIGNMENTS,
    WAITING_STATES,
    AssignmentState,
    OfferState,
    ReassignmentState,
)
from marketplace.db import as_system, session
from marketplace.eligibility.assessment import facts_of_shifts, shift_facts
from marketplace.eligibility.index import current_index
from marketplace.matching.constants import MOVING_COSTS
from marketplace.matching.facts import BookingFacts, CoordinatorFacts, ShiftFacts
from marketplace.matching.index import Index
from marketplace.matching.ranking import Candidate, Ranking, RefusedCandidate, rank_everyone
from marketplace.matching.rules import hard_rules
from marketplace.matching.scoring import score
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState
from marketplace.plans.models import PlanConstraint
from marketplace.plans.rules import ConstraintKind

FREE_SHOWN, CHAINS_SHOWN = 5, 3
MOST_TRIED, STUCK_TRIED, TRIED_BEHIND = 40, 6, 12
"""How many busy people are looked at for the seat; for how many of their shifts a second move is looked for; among how many."""
_BY_TIME = frozenset({"overlap", "rest", "weekly_hours"})
"""What may stand in the way of somebody who could move: her other shifts, nothing else."""
_HAD_IT, _MOVES_AWAY, _WILL_NOT_MOVE, _FORBIDDEN = "had it", "moves away", "will not move", "forbidden"


@dataclass(frozen=True)
class Move:
    """One person moves: from a shift of hers to the open one, or to the one the person before her leaves."""

    coordinator_id: int
    name: str
    points: int
    """How well she fits where she would go."""
    instead_of: Shift


@dataclass(frozen=True)
class MoveChain:
    """Who moves, from the open seat on, and who is free for the last shift that is left."""

    moves: tuple[Move, ...]
    free_id: int
    free_name: str
    gain: int
    """Points of fit it gains in all, less what moving people costs."""

    @property
    def asked_first(self) -> Move:
        """The last one: whoever is before her is asked when she has agreed, so that no seat is left for nobody."""
        return self.moves[-1]


@dataclass(frozen=True)
class RefillOptions:
    """How a seat can be filled again: by a free person, or by moving one or two."""

    asked: int
    """How many have an offer already and have not answered."""
    free: list[Candidate]
    chains: list[MoveChain]


NO_WAYS = RefillOptions(0, [], [])


def refill_options(shift: Shift, at: datetime) -> RefillOptions:
    """The best who are free and were not asked before; and the best chains of moves, where the seat could not wait for luck.

    `shift` must be loaded with `load_options()`. Reads past the actor's rows: only names, points and reasons leave.
    """
    with as_system():
        asked = _Asked.about([shift.id], at)
        out = asked.waiting[shift.id] | asked.never[shift.id]
        with current_index(at, [shift.facility_id]) as them:
            about = shift_facts(shift, them.papers)
            index = them.asked_about([about], at)
            ranking = rank_everyone(index, about)
            free = list(islice((one for one in ranking.eligible if one.facts.id not in out), FREE_SHOWN))
            could: list[_Could] = []
            # Nobody is asked to leave a shift for one that runs already: by the time she has answered, it would be late.
            if shift.starts_at > at:
                staying = out | asked.staying[shift.id]
                could = list(_could_move(ranking, about, index, at, staying, MOST_TRIED))
        return RefillOptions(len(asked.waiting[shift.id]), free, _chains(shift.id, could, at) if could else [])


# ---- who was asked before ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Asked:
    """By shift: who is asked and has not answered; who declined it, gave it back, did not come, has a seat of it, moved away
    from it or is vetoed for it; and who would not move to it when asked."""

    waiting: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    never: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    staying: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def about(cls, shift_ids: Collection[int], at: datetime) -> "_Asked":
        """One statement."""
        offered = select(Offer.shift_id, Offer.coordinator_id, cast(Offer.state, Text), Offer.expires_at).where(
            Offer.shift_id.in_(shift_ids), Offer.state.in_([*WAITING_STATES, OfferState.DECLINED])
        )
        # Who took it and undid that within the minutes may be asked again.
        had = select(Assignment.shift_id, Assignment.coordinator_id, literal(_HAD_IT), Assignment.booked_at).where(
            Assignment.shift_id.in_(shift_ids), Assignment.state != AssignmentState.RELEASED
        )
        away = (
            select(Assignment.shift_id, Reassignment.coordinator_id, literal(_MOVES_AWAY), Reassignment.asked_at)
            .join(Assignment, Assignment.id == Reassignment.assignment_id)
            .where(Assignment.shift_id.in_(shift_ids), Reassignment.state == ReassignmentState.ACCEPTED)
        )
        stays = select(
            Reassignment.shift_id, Reassignment.coordinator_id, literal(_WILL_NOT_MOVE), Reassignment.asked_at
        ).where(Reassignment.shift_id.in_(shift_ids), Reassignment.state == ReassignmentState.DECLINED)
        forbidden = select(
            PlanConstraint.shift_id, PlanConstraint.coordinator_id, literal(_FORBIDDEN), PlanConstraint.at
        ).where(
            PlanConstraint.shift_id.in_(shift_ids),
            PlanConstraint.kind == ConstraintKind.VETO,
            PlanConstraint.ended_at.is_(None),
        )
        found = cls()
        for shift, who, what, moment in session.execute(union_all(offered, had, away, stays, forbidden)):
            if what == _WILL_NOT_MOVE:
                found.staying[shift].add(who)
            elif what in (_HAD_IT, _MOVES_AWAY, _FORBIDDEN, OfferState.DECLINED.value):
                found.never[shift].add(who)
            elif moment > at:
                found.waiting[shift].add(who)
        return found


# ---- who could move ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Could:
    """Somebody whom only one shift of hers keeps from another, and how well she would fit there."""

    person: CoordinatorFacts
    booking: BookingFacts
    points: int


def _could_move(
    ranking: Ranking, about: ShiftFacts, index: Index, at: datetime, out: Collection[int], most: int
) -> Iterator[_Could]:
    busy: Iterable[RefusedCandidate] = (
        one
        for one in ranking.ineligible
        if one.facts.id not in out and {verdict.rule for verdict in one.objections()} <= _BY_TIME
    )
    for one in islice(busy, most):
        for booking in one.facts.bookings:
            if booking.span.start <= at or booking.shift_id == about.id:
                continue
            without = replace(one.facts, bookings=tuple(each for each in one.facts.bookings if each is not booking))
            if hard_rules.eligible(without, about, index.context):
                yield _Could(one.facts, booking, score(one.facts, about, index.context).total)


@dataclass(frozen=True)
class _Left:
    """Shifts that somebody might leave: those that would be filled again, and about which nobody is being asked already."""

    shifts: dict[int, Shift]
    asked: _Asked
    in_question: frozenset[tuple[int, int]]
    """(coordinator, shift of hers) with a question open."""

    @classmethod
    def of(cls, could: Iterable[_Could], at: datetime) -> "_Left":
        """Three statements."""
        keys = {one.booking.shift_id for one in could}
        wanted = (
            select(Shift)
            .join(Need, Need.id == Shift.need_id)
            .where(Shift.id.in_(keys), Need.state == NeedState.OPEN)
            .options(*load_options())
        )
        open_questions = (
            select(Reassignment.coordinator_id, Assignment.shift_id)
            .join(Assignment, Assignment.id == Reassignment.assignment_id)
            .where(
                Assignment.shift_id.in_(keys), Reassignment.state.in_(OPEN_REASSIGNMENTS), Reassignment.expires_at > at
            )
        )
        return cls(
            {shift.id: shift for shift in session.scalars(wanted)},
            _Asked.about(keys, at),
            frozenset((who, where) for who, where in session.execute(open_questions)),
        )

    def may_be(self, one: _Could) -> bool:
        return one.booking.shift_id in self.shifts and (one.person.id, one.booking.shift_id) not in self.in_question

    def free_for(self, shift_id: int, ranking: Ranking, out: Collection[int]) -> Candidate | None:
        """The best who may take it and has not declined it or given it back."""
        never = self.asked.never[shift_id]
        return next((one for one in ranking.eligible if one.facts.id not in out and one.facts.id not in never), None)


def _chains(open_id: int, could: Sequence[_Could], at: datetime) -> list[MoveChain]:
    """For each who could move, the best free person for the shift she would leave; and where there is none, somebody who
    could move there in her turn. The best gain first.
    """
    left = _Left.of(could, at)
    found: list[MoveChain] = []
    stuck: list[tuple[_Could, int, list[_Could]]] = []
    with current_index(at, {shift.facility_id for shift in left.shifts.values()}) as them:
        told = {one.id: one for one in facts_of_shifts(left.shifts.values(), them.papers)}
        index = them.asked_about(list(told.values()), at)
        ranking_of = _once_each(index, told)
        for one in sorted(could, key=lambda each: (-each.points, each.person.id)):
            key = one.booking.shift_id
            if not left.may_be(one) or _moves_in(found, one.person.id):
                continue
            gives_up = score(one.person, told[key], index.context).total
            after = left.free_for(key, ranking_of(key), {one.person.id})
            if after is not None:
                gain = one.points - gives_up + after.score.total - MOVING_COSTS
                found.append(MoveChain((_move(one, left),), after.facts.id, after.facts.name, gain))
            elif len(stuck) < STUCK_TRIED:
                out = {one.person.id, *left.asked.never[key], *left.asked.staying[key]}
                behind = list(_could_move(ranking_of(key), told[key], index, at, out, TRIED_BEHIND))
                stuck.append((one, one.points - gives_up, behind))
            if len(found) == CHAINS_SHOWN:
                break
    if len(found) < CHAINS_SHOWN and stuck:
        found += _longer(open_id, stuck, left, at, [move.coordinator_id for chain in found for move in chain.moves])
    return sorted(found, key=lambda chain: -chain.gain)[:CHAINS_SHOWN]


def _longer(
    open_id: int,
    stuck: Sequence[tuple[_Could, int, Sequence[_Could]]],
    left: _Left,
    at: datetime,
    used: Collection[int],
) -> list[MoveChain]:
    """Chains of two: one moves to the open seat, another to the first one's shift, and a third is free for hers."""
    found: list[MoveChain] = []
    behind = _Left.of((second for _one, _gain, others in stuck for second in others), at)
    with current_index(at, {shift.facility_id for shift in behind.shifts.values()}) as them:
        told = {one.id: one for one in facts_of_shifts(behind.shifts.values(), them.papers)}
        index = them.asked_about(list(told.values()), at)
        ranking_of = _once_each(index, told)
        for one, so_far, others in stuck:
            if one.person.id in used or _moves_in(found, one.person.id):
                continue
            best: MoveChain | None = None
            for second in others:
                key = second.booking.shift_id
                elsewhere = key not in (open_id, one.booking.shift_id)
                if not elsewhere or not behind.may_be(second) or _moves_in(found, second.person.id):
                    continue
                after = behind.free_for(key, ranking_of(key), {one.person.id, second.person.id})
                if after is None:
                    continue
                gives_up = score(second.person, told[key], index.context).total
                gain = so_far + second.points - gives_up + after.score.total - 2 * MOVING_COSTS
                if best is None or gain > best.gain:
                    moves = (_move(one, left), _move(second, behind))
                    best = MoveChain(moves, after.facts.id, after.facts.name, gain)
            if best is not None:
                found.append(best)
    return found


def _once_each(index: Index, told: dict[int, ShiftFacts]) -> Callable[[int], Ranking]:
    """Everybody for a shift by its number, worked out when it is asked for: most are not."""

    @cache
    def ranking_of(key: int) -> Ranking:
        return rank_everyone(index, told[key])

    return ranking_of


def _move(one: _Could, left: _Left) -> Move:
    return Move(one.person.id, one.person.name, one.points, left.shifts[one.booking.shift_id])


def _moves_in(chains: Iterable[MoveChain], coordinator_id: int) -> bool:
    return any(move.coordinator_id == coordinator_id for chain in chains for move in chain.moves)
