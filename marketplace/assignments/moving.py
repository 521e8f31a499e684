"""Asking somebody who is booked whether she would work another shift instead of hers, and moving her when she says yes.

Nobody is moved who has not said yes, and nobody's seat is left empty for somebody who has not. Where her seat can only be
filled by moving a second person into it, that one is asked first: her yes waits for the other's, and both move in one
transaction or neither does. Nobody loses points or pays for a move the agency asked for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments import notifications
from marketplace.assignments.assessment import Assessment, assess
from marketplace.assignments.booking import book, in_words, lock_assignment, lock_coordinator, lock_shift
from marketplace.assignments.cancelling import backfill
from marketplace.assignments.models import Assignment, MoveRequest, Offer
from marketplace.assignments.offering import check_wants_people, send_offer
from marketplace.assignments.queries import move_stands
from marketplace.assignments.rules import (
    HERS_TO_ANSWER,
    LIFE,
    MAY_BE_LEFT,
    MOST_MOVED,
    MOVE_LIFE,
    OPEN_MOVES,
    MoveState,
    OfferState,
    move_expiry,
)
from marketplace.audit.recording import record
from marketplace.coordinators.models import Coordinator
from marketplace.db.jobs import enqueue
from marketplace.db.session import as_system, session
from marketplace.kernel.errors import ChangedMeanwhile, Invalid, NotAllowedNow, Refusal
from marketplace.kernel.lifecycle import state_words
from marketplace.kernel.phrases import N_, Phrase
from marketplace.needs.models import Shift
from marketplace.needs.rules import NeedState

NOT_HERS = N_("You no longer have the shift you were asked to give up. Nothing has changed.")


class Step(NamedTuple):
    """Whom to ask, and which shift of hers she would leave."""

    coordinator_id: int
    instead_of_id: int


class Shown(NamedTuple):
    """What a person saw of the shift she says yes to: start and end in seconds since 1970, cents an hour."""

    start: int
    end: int
    pay_rate_cents: int


def shown(shift: Shift) -> Shown:
    """The same of the shift as it is now."""
    return Shown(int(shift.starts_at.timestamp()), int(shift.ends_at.timestamp()), shift.pay_rate_cents)


# ---- asking -----------------------------------------------------------------------------------------------------


def ask(shift: Shift, steps: Sequence[Step], free_id: int | None, by: Person, at: datetime) -> MoveRequest:
    """Ask whether the first of `steps` would work `shift` instead of hers, the second the first one's instead of hers.

    The last is asked at once, the one before when she has agreed. `free_id` is who is free for the shift the last one
    leaves. Returns the question that is asked now. NotAllowedNow when the seat is taken, when somebody no longer has the
    other shift, may not take the new one, or is being asked about hers already.
    """
    people = {step.coordinator_id for step in steps}
    places = {shift.id, *(step.instead_of_id for step in steps)}
    if not 0 < len(people) == len(steps) <= MOST_MOVED or len(places) != len(steps) + 1 or free_id in people:
        raise Invalid("This form is damaged. Open the page again and repeat.")
    with as_system():
        held = [_held(step, at) for step in steps]
        shifts = {key: lock_shift(key) for key in sorted(places)}
        check_wants_people(shifts[shift.id], at)
        if shifts[shift.id].starts_at <= at:
            raise NotAllowedNow("This shift has begun. Ask somebody who is free.")
        _check_not_asked([booking.id for booking in held], at)
        target, after = shifts[shift.id], None
        begins = min(each.starts_at for each in shifts.values())
        for number, booking in enumerate(held, 1):
            _check_can_be_left(shifts[booking.shift_id])
            _check_may_move(booking, target, at)
            last = number == len(held)
            asked = MoveRequest(
                coordinator_id=booking.coordinator_id,
                assignment_id=booking.id,
                shift_id=target.id,
                after_id=after.id if after else None,
                free_id=free_id if last else None,
                asked_at=at,
                asked_by_id=by.id,
                expires_at=move_expiry(at, begins, len(held) if last else 1),
            )
            if last:
                asked.state = MOVE_LIFE.after(MoveState.PLANNED, "ask")
            session.add(asked)
            session.flush()
            _note(
                "ask",
                asked,
                Phrase(
                    "%(name)s was asked to work %(shift)s instead.",
                    name=booking.coordinator.name,
                    shift=in_words(target),
                ),
                by,
            )
            target, after = shifts[booking.shift_id], asked
        session.flush()
        enqueue(notifications.tell_asked_to_move, move_id=asked.id)
    return asked


def _held(step: Step, at: datetime) -> Assignment:
    found = session.scalars(
        select(Assignment)
        .where(
            Assignment.shift_id == step.instead_of_id,
            Assignment.coordinator_id == step.coordinator_id,
            Assignment.state.in_(MAY_BE_LEFT),
            Assignment.starts_at > at,
        )
        .options(joinedload(Assignment.coordinator).joinedload(Coordinator.person))
    ).one_or_none()
    if found is None:
        raise NotAllowedNow("She does not have the other shift any more. Look at the ways again.")
    return found


def _check_not_asked(assignment_ids: Collection[int], at: datetime) -> None:
    """One question about a booking at a time; one whose time is up stands in nobody's way."""
    for other in _lock_rows(MoveRequest.assignment_id.in_(assignment_ids) & MoveRequest.state.in_(OPEN_MOVES)):
        if other.state_at(at) is not MoveState.EXPIRED:
            raise NotAllowedNow(
                "%(name)s is being asked about this shift already. Wait for the answer, or withdraw that question.",
                name=other.coordinator.name,
            )
        _end(_lock_chain(other), other, "expire", at)
    session.flush()


def _check_can_be_left(shift: Shift) -> None:
    """A seat nobody is looked for any more would stay empty."""
    if shift.need.state is not NeedState.OPEN:
        raise NotAllowedNow(
            "The shift that would be left belongs to a need %(state)s: nobody could be found for it.",
            state=state_words(shift.need.state),
        )


def _check_may_move(booking: Assignment, shift: Shift, at: datetime) -> None:
    fit(booking, shift, at).check(None, booking.coordinator.name)


def fit(booking: Assignment, shift: Shift, at: datetime) -> Assessment:
    """How they fit a shift, loaded `facts.with_terms()`, without this booking: every verdict, and the score."""
    return assess([booking.coordinator_id], shift, at, without=booking.shift_id)[0]


# ---- answering --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Chain:
    """A question with all that hangs on it, locked: first the one who would take the open seat."""

    links: list[MoveRequest]
    shifts: dict[int, Shift]
    bookings: dict[int, Assignment]

    def link(self, key: int) -> MoveRequest:
        return next(link for link in self.links if link.id == key)

    def left(self, link: MoveRequest) -> Shift:
        """The shift she would leave."""
        return self.shifts[self.bookings[link.assignment_id].shift_id]


def accept(move: MoveRequest, by: Person, at: datetime, saw: Shown | None = None) -> MoveRequest:
    """She says yes: she is moved, with everybody whose yes has waited for hers. Or, where hers has to wait, it is kept.

    Ask first whether `by` may (policy). Shifts, coordinators and bookings are locked as for any booking, and every rule is
    judged again behind the locks. NotAllowedNow, and nothing changed, when the question no longer stands, a shift was taken
    or cancelled, or the rules say no by now; ChangedMeanwhile when the shift is not what she `saw`.
    """
    with as_system():
        chain = _locked(move)
        move = chain.link(move.id)
        check_waits(move, at)
        if move.state is MoveState.AGREED:
            raise NotAllowedNow("You have said yes already. You keep your shift until the other one has answered too.")
        if saw is not None and saw != shown(chain.shifts[move.shift_id]):
            raise ChangedMeanwhile("The shift has changed since you opened the page. Look at it again first.")
        for link in chain.links:
            _check_still_hers(chain, link, move, at)
        if move.after_id is not None:
            _agree(chain, move, by, at)
        else:
            # All of it or nothing, also for a caller that goes on after the refusal.
            with session.begin_nested():
                _move(chain, move, by, at)
        session.flush()
    return move


def _check_still_hers(chain: _Chain, link: MoveRequest, move: MoveRequest, at: datetime) -> None:
    booking, target = chain.bookings[link.assignment_id], chain.shifts[link.shift_id]
    if booking.state not in MAY_BE_LEFT:
        raise NotAllowedNow(NOT_HERS if link is move else "This is not needed any more. You keep your shift.")
    if booking.starts_at <= at or target.starts_at <= at:
        raise NotAllowedNow("One of the shifts has begun. You keep yours.")
    _check_can_be_left(chain.left(link))


def _agree(chain: _Chain, move: MoveRequest, by: Person, at: datetime) -> None:
    """Her yes waits; now the one whose seat she would take is asked."""
    first = chain.link(move.after_id or 0)
    check_wants_people(chain.shifts[first.shift_id], at)
    fit(chain.bookings[move.assignment_id], chain.shifts[move.shift_id], at).check(None)
    move.state, move.answered_at = MOVE_LIFE.after(move.state, "agree"), at
    first.state, first.asked_at = MOVE_LIFE.after(first.state, "ask"), at
    begins = min(shift.starts_at for shift in chain.shifts.values())
    first.expires_at = move.expires_at = move_expiry(at, begins)
    _note("agree", move, Phrase("%(name)s would move, once the seat is free.", name=move.coordinator.name), by)
    _note(
        "ask",
        first,
        Phrase(
            "%(name)s was asked to work %(shift)s instead.",
            name=first.coordinator.name,
            shift=in_words(chain.shifts[first.shift_id]),
        ),
    )
    session.flush()
    enqueue(notifications.tell_asked_to_move, move_id=first.id)
    enqueue(notifications.tell_move_answered, move_id=move.id)


def _move(chain: _Chain, move: MoveRequest, by: Person, at: datetime) -> None:
    """Everybody gives up her seat, then everybody takes the next one: at no moment do two hold the same."""
    if any(link.state is not MoveState.AGREED for link in chain.links if link is not move):
        raise NotAllowedNow("Somebody else has to say yes first.")
    for link in chain.links:
        _give_up(chain.bookings[link.assignment_id], chain.left(link), by if link is move else link.coordinator.person)
    session.flush()
    for link in chain.links:
        who = by if link is move else link.coordinator.person
        try:
            made = book(chain.shifts[link.shift_id], link.coordinator, who, at, asked_to_move=True)
        except NotAllowedNow as why:
            if link is move:
                raise
            raise NotAllowedNow(
                "Your seat would stay empty: whoever agreed to take it no longer can. You keep your shift."
            ) from why
        link.state, link.became_id = MOVE_LIFE.after(link.state, "accept"), made.id
        link.answered_at = at if link is move else link.answered_at
        _note(
            "accept",
            link,
            Phrase(
                "%(name)s moved to %(shift)s.", name=link.coordinator.name, shift=in_words(chain.shifts[link.shift_id])
            ),
            who,
        )
        session.flush()
        enqueue(notifications.tell_move_answered, move_id=link.id)
    _end_what_is_over(chain, at)
    _find_somebody(chain.links[-1], chain.left(chain.links[-1]), at)


def _give_up(booking: Assignment, shift: Shift, by: Person) -> None:
    booking.state = LIFE.after(booking.state, "release")
    booking.undo_until = None
    shift.filled_at = None
    record(
        "release",
        booking,
        Phrase(
            "%(name)s gave up %(shift)s for another shift, as the agency had asked: no points, no fee.",
            name=booking.coordinator.name,
            shift=in_words(shift),
        ),
        by=by,
    )


def _find_somebody(last: MoveRequest, left: Shift, at: datetime) -> None:
    """The seat at the end of the chain is offered to who was free for it; else to the next best, as any seat that comes free."""
    declined = select(Offer.id).where(
        Offer.shift_id == left.id, Offer.coordinator_id == last.free_id, Offer.state == OfferState.DECLINED
    )
    if last.free is not None and session.scalar(declined.limit(1)) is None:
        try:
            with session.begin_nested():
                send_offer(left, last.free, None, at)
                return
        except Refusal:
            pass
    backfill(left, at)


def decline(move: MoveRequest, by: Person, at: datetime) -> None:
    """She keeps her shift, also after she had agreed and before anybody has moved. The others keep theirs."""
    with as_system():
        links = _lock_chain(move)
        move = next(link for link in links if link.id == move.id)
        check_waits(move, at)
        _end(links, move, "decline", at, by)


def withdraw(move: MoveRequest, by: Person, at: datetime) -> None:
    """The agency does not need it any more: nobody of the chain is moved."""
    with as_system():
        links = _lock_chain(move)
        move = next(link for link in links if link.id == move.id)
        if move.state_at(at) not in OPEN_MOVES:
            raise NotAllowedNow(_OVER[move.state_at(at)])
        _end(links, move, "withdraw", at, by)


_OVER = {
    MoveState.PLANNED: N_("This has not been asked yet."),
    MoveState.ACCEPTED: N_("This was answered already: the move is done."),
    MoveState.DECLINED: N_("This was answered already: nobody was moved."),
    MoveState.WITHDRAWN: N_("This question was withdrawn. Nothing has changed."),
    MoveState.EXPIRED: N_("The time to answer this question is over. Nothing has changed."),
}


def check_waits(move: MoveRequest, at: datetime) -> None:
    """Raises NotAllowedNow for a question that no longer awaits her answer."""
    if not move.waits(at):
        raise NotAllowedNow(_OVER[move.state_at(at)])


# ---- by itself --------------------------------------------------------------------------------------------------


def end_those_over(at: datetime) -> int:
    """Write down which questions were not answered in time, and withdraw those that make no sense any more; how many.

    A booking that is gone cannot be given up, a seat that is taken cannot be moved to.
    """
    late = MoveRequest.expires_at <= at
    over = session.scalars(
        select(MoveRequest.id)
        .where(MoveRequest.state.in_(OPEN_MOVES), or_(late, ~move_stands()))
        .order_by(MoveRequest.id)
    ).all()
    done = 0
    for key in over:
        links = _lock_chain(session.get_one(MoveRequest, key))
        link = next(link for link in links if link.id == key)
        if link.state in OPEN_MOVES:
            expired = link.expires_at <= at and link.state is MoveState.ASKED
            done += _end(links, link, "expire" if expired else "withdraw", link.expires_at if expired else at)
    return done


def _end_what_is_over(chain: _Chain, at: datetime) -> None:
    """Whoever else was asked for the seat that is taken now, or about a booking that is gone, need not answer any more."""
    session.flush()
    left = MoveRequest.assignment_id.in_(chain.bookings)
    there = MoveRequest.shift_id.in_(chain.shifts)
    for other in _lock_rows(MoveRequest.state.in_(OPEN_MOVES) & (left | there) & ~move_stands()):
        if other.state in OPEN_MOVES:
            _end(_lock_chain(other), other, "withdraw", at)


def _end(links: Sequence[MoveRequest], which: MoveRequest, act: str, at: datetime, by: Person | None = None) -> int:
    """End a question and with it the whole chain: what nobody has answered is withdrawn. How many were ended."""
    ended = [link for link in links if link.state in OPEN_MOVES]
    for link in ended:
        what = act if link is which and MOVE_LIFE.allows(link.state, act) else "withdraw"
        known = link.state in HERS_TO_ANSWER
        link.state, link.answered_at = MOVE_LIFE.after(link.state, what), at
        _note(what, link, Phrase("The question to %(name)s is over: nobody was moved.", name=link.coordinator.name), by)
        session.flush()
        if what == "withdraw":
            if known:
                enqueue(notifications.tell_move_withdrawn, move_id=link.id)
        else:
            enqueue(notifications.tell_move_answered, move_id=link.id)
    return len(ended)


# ---- locks ------------------------------------------------------------------------------------------------------


def _locked(move: MoveRequest) -> _Chain:
    """Everything a yes touches, in the order of all bookings: shifts, coordinators, bookings, and last the questions."""
    links = session.scalars(
        select(MoveRequest).where(_of_its_chain(move)).options(joinedload(MoveRequest.assignment))
    ).all()
    places = {link.shift_id for link in links} | {link.assignment.shift_id for link in links}
    shifts = {key: lock_shift(key) for key in sorted(places)}
    for key in sorted({link.coordinator_id for link in links}):
        lock_coordinator(key)
    bookings = {key: lock_assignment(key) for key in sorted({link.assignment_id for link in links})}
    return _Chain(_lock_chain(move), shifts, bookings)


def _of_its_chain(move: MoveRequest) -> ColumnElement[bool]:
    first = move.after_id or move.id
    return or_(MoveRequest.id == first, MoveRequest.after_id == first)


def _lock_chain(move: MoveRequest) -> list[MoveRequest]:
    """The question with those that hang on it, the first one first, as they are now."""
    return sorted(_lock_rows(_of_its_chain(move)), key=lambda link: (link.after_id is not None, link.id))


def _lock_rows(which: ColumnElement[bool]) -> list[MoveRequest]:
    return list(
        session.scalars(
            select(MoveRequest)
            .where(which)
            .order_by(MoveRequest.id)
            .options(
                joinedload(MoveRequest.coordinator).joinedload(Coordinator.person),
                joinedload(MoveRequest.free).joinedload(Coordinator.person),
            )
            .with_for_update(of=MoveRequest, key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def _note(act: str, move: MoveRequest, sentence: Phrase, by: Person | None = None) -> None:
    record(f"{act} move", move, sentence, by=by)
