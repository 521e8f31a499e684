"""A seat is open again: who is free for it, and who could move to it because somebody else is free for what she has.

Nobody is moved silently: whoever is free gets an offer; whoever would have to move is asked first, and nothing changes until
she has said yes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from sqlalchemy import Text, cast, literal, select, union_all
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments import facts
from marketplace.assignments.booking import in_words
from marketplace.assignments.indexing import everyone
from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.offering import check_wants_people
from marketplace.assignments.rules import LIVE_STATES, WAITING_STATES, AssignmentState, OfferState
from marketplace.audit.recording import record
from marketplace.db.jobs import enqueue
from marketplace.db.session import as_system, session
from marketplace.kernel.errors import NotAllowedNow
from marketplace.matching import rules
from marketplace.matching.facts import BookingFacts, CoordinatorFacts, ShiftFacts
from marketplace.matching.index import Index
from marketplace.matching.ranking import Candidate, Ranking, Refused, rank_everyone
from marketplace.matching.scores import score
from marketplace.needs.models import Shift
from marketplace.plans import jobs

FREE_SHOWN, MOVES_SHOWN, MOST_TRIED = 5, 3, 40
_BY_TIME = frozenset({"overlap", "rest", "weekly_hours"})
"""What may stand in the way of somebody who could move: her other shifts, nothing else."""
_HAD_IT = "had it"


@dataclass(frozen=True)
class Move:
    """One person moves: from a shift of hers to the open one, because somebody free can take that."""

    coordinator_id: int
    name: str
    points: int
    instead_of: Shift
    free_id: int
    free_name: str


@dataclass(frozen=True)
class Ways:
    """How a seat can be filled again: by a free person, or by moving one."""

    asked: int
    """How many have an offer already and have not answered."""
    free: list[Candidate]
    moves: list[Move]


def ways(shift: Shift, at: datetime) -> Ways:
    """The best who are free and were not asked before; moves only where the seat would otherwise wait for luck.

    `shift` must be loaded `facts.with_terms()`. Reads past the actor's rows: only names, points and reasons leave.
    """
    with as_system():
        waiting, never = _asked(shift.id, at)
        with everyone(at, [shift.facility_id]) as them:
            about = facts.shift_facts(shift, them.papers)
            index = them.asked_about([about], at)
            ranking = rank_everyone(index, about)
            free = list(islice((one for one in ranking.eligible if one.facts.id not in waiting | never), FREE_SHOWN))
            could = list(_could_move(ranking, about, index, at, never | waiting))
        return Ways(len(waiting), free, _moves(could, about, at, never) if could else [])


def _asked(shift_id: int, at: datetime) -> tuple[set[int], set[int]]:
    """Who is asked and has not answered; who declined this shift, gave it back, did not come, or has a seat of it."""
    asked = select(Offer.coordinator_id, cast(Offer.state, Text), Offer.expires_at).where(
        Offer.shift_id == shift_id, Offer.state.in_([*WAITING_STATES, OfferState.DECLINED])
    )
    # Who took it and undid that within the minutes may be asked again.
    had = select(Assignment.coordinator_id, literal(_HAD_IT), Assignment.booked_at).where(
        Assignment.shift_id == shift_id, Assignment.state != AssignmentState.RELEASED
    )
    waiting, never = set(), set()
    for who, what, moment in session.execute(union_all(asked, had)):
        if what in (_HAD_IT, OfferState.DECLINED.value):
            never.add(who)
        elif moment > at:
            waiting.add(who)
    return waiting, never


def _could_move(
    ranking: Ranking, about: ShiftFacts, index: Index, at: datetime, out: set[int]
) -> Iterable[tuple[CoordinatorFacts, BookingFacts, int]]:
    """Those whom only one shift of theirs keeps from this one, with that shift and how well they would fit."""
    busy: Iterable[Refused] = (
        one
        for one in ranking.ineligible
        if one.facts.id not in out and {verdict.rule for verdict in one.objections()} <= _BY_TIME
    )
    for one in islice(busy, MOST_TRIED):
        for booking in one.facts.bookings:
            if booking.span.start <= at or booking.shift_id == about.id:
                continue
            without = replace(one.facts, bookings=tuple(each for each in one.facts.bookings if each is not booking))
            if rules.eligible(without, about, index.context):
                yield one.facts, booking, score(one.facts, about, index.context).total


def _moves(
    could: Sequence[tuple[CoordinatorFacts, BookingFacts, int]], about: ShiftFacts, at: datetime, never: set[int]
) -> list[Move]:
    """For each who could move, the best free person for the shift she would leave; the best fits first."""
    shifts = {
        shift.id: shift
        for shift in session.scalars(
            select(Shift)
            .where(Shift.id.in_({booking.shift_id for _who, booking, _points in could}))
            .options(*facts.with_terms())
        )
    }
    found: list[Move] = []
    with everyone(at, {shift.facility_id for shift in shifts.values()}) as them:
        told = {one.id: one for one in facts.facts_of_shifts(shifts.values(), them.papers)}
        index = them.asked_about(list(told.values()), at)
        for person, booking, points in sorted(could, key=lambda each: (-each[2], each[0].id)):
            left = told.get(booking.shift_id)
            if left is None or any(move.coordinator_id == person.id for move in found):
                continue
            after = next(
                (one for one in rank_everyone(index, left).eligible if one.facts.id not in {person.id, *never}), None
            )
            if after is not None:
                found.append(
                    Move(person.id, person.name, points, shifts[booking.shift_id], after.facts.id, after.facts.name)
                )
            if len(found) == MOVES_SHOWN:
                break
    return found


def ask_to_move(shift: Shift, coordinator_id: int, instead_of_id: int, by: Person, at: datetime) -> None:
    """Ask her whether she would work this shift instead of one of hers. Nothing changes until she has answered.

    NotAllowedNow when the seat is taken meanwhile, or when she no longer has the other shift.
    """
    with as_system():
        check_wants_people(shift, at)
        held = session.scalars(
            select(Assignment)
            .where(
                Assignment.shift_id == instead_of_id,
                Assignment.coordinator_id == coordinator_id,
                Assignment.state.in_(LIVE_STATES),
                Assignment.starts_at > at,
            )
            .options(joinedload(Assignment.shift).options(*facts.with_terms()))
        ).one_or_none()
        if held is None:
            raise NotAllowedNow("She does not have the other shift any more. Look at the ways again.")
        record("ask to move", held, f"Asked whether {in_words(shift)} would suit instead.", by=by)
        session.flush()
        enqueue(jobs.tell_asked_to_move, assignment_id=held.id, shift_id=shift.id)
