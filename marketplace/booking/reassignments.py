"""Moving booked coordinators to another shift after they have said yes, and ending the questions nobody needs any more.

Nobody is moved without their yes, and no seat is left empty for a move that has not happened. Where a seat can only be filled
by moving a second coordinator into it, the second is asked first: their yes waits for the other one, and both move in one
transaction or neither does. Nobody loses points or pays for a move the agency asked for.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer, Reassignment
from marketplace.assignments.queries import reassignment_stands
from marketplace.assignments.rules import (
    LIFE,
    MAY_BE_LEFT,
    OPEN_REASSIGNMENTS,
    REASSIGNMENT_LIFE,
    OfferState,
    ReassignmentState,
    reassignment_expiry,
)
from marketplace.audit.recording import record
from marketplace.booking import notifications
from marketplace.booking.booking import book, in_words
from marketplace.booking.cancelling import backfill
from marketplace.booking.offers import send_offer
from marketplace.booking.reassignment_chains import (
    WHY_OVER,
    Chain,
    check_waits,
    end_chain,
    fit,
    lock_chain,
    lock_everything,
    lock_reassignments,
    record_step,
)
from marketplace.booking.wanted_seats import check_can_be_left, check_wants_people
from marketplace.db import as_system, enqueue, session
from marketplace.kernel import N_, ChangedMeanwhile, NotAllowedNow, Phrase, Refusal
from marketplace.needs.models import Shift

NOT_THEIRS = N_("You no longer have the shift you were asked to give up. Nothing has changed.")


class ReassignmentPreview(NamedTuple):
    """The terms a coordinator saw of the shift they accept: start and end in seconds since 1970, cents an hour."""

    start: int
    end: int
    pay_rate_cents: int


def preview(shift: Shift) -> ReassignmentPreview:
    """The terms of the shift as it is now."""
    return ReassignmentPreview(int(shift.starts_at.timestamp()), int(shift.ends_at.timestamp()), shift.pay_rate_cents)


# ---- answering --------------------------------------------------------------------------------------------------


def accept(move: Reassignment, by: Person, at: datetime, saw: ReassignmentPreview | None = None) -> Reassignment:
    """A coordinator says yes. They move with everybody whose yes has waited for this one, or the yes waits for another.

    The caller checks first whether `by` may answer (policy). Shifts, coordinators and bookings are locked as for any
    booking, and every rule is judged again behind the locks. Raises NotAllowedNow, with nothing changed, when the question
    no longer stands, a shift was taken or cancelled, or a rule refuses; ChangedMeanwhile when the terms are not those the
    coordinator `saw`.
    """
    with as_system():
        chain = lock_everything(move)
        move = chain.link(move.id)
        check_waits(move, at)
        if move.state is ReassignmentState.AGREED:
            raise NotAllowedNow("You have said yes already. You keep your shift until the other one has answered too.")
        if saw is not None and saw != preview(chain.shifts[move.shift_id]):
            raise ChangedMeanwhile("The shift has changed since you opened the page. Look at it again first.")
        for link in chain.links:
            _check_still_booked(chain, link, move, at)
        if move.after_id is not None:
            _agree(chain, move, by, at)
        else:
            # All of it or nothing, also for a caller that goes on after the refusal.
            with session.begin_nested():
                _move(chain, move, by, at)
        session.flush()
    return move


def _check_still_booked(chain: Chain, link: Reassignment, move: Reassignment, at: datetime) -> None:
    booking, target = chain.bookings[link.assignment_id], chain.shifts[link.shift_id]
    if booking.state not in MAY_BE_LEFT:
        raise NotAllowedNow(NOT_THEIRS if link is move else "This is not needed any more. You keep your shift.")
    if booking.starts_at <= at or target.starts_at <= at:
        raise NotAllowedNow("One of the shifts has begun. You keep yours.")
    check_can_be_left(chain.left(link))


def _agree(chain: Chain, move: Reassignment, by: Person, at: datetime) -> None:
    """Keep the yes, and ask the coordinator who has the wanted seat."""
    first = chain.link(move.after_id or 0)
    check_wants_people(chain.shifts[first.shift_id], at)
    fit(chain.bookings[move.assignment_id], chain.shifts[move.shift_id], at).check(None)
    move.state, move.answered_at = REASSIGNMENT_LIFE.after(move.state, "agree"), at
    first.state, first.asked_at = REASSIGNMENT_LIFE.after(first.state, "ask"), at
    begins = min(shift.starts_at for shift in chain.shifts.values())
    first.expires_at = move.expires_at = reassignment_expiry(at, begins)
    record_step(
        "agree",
        move,
        Phrase("%(name)s agrees to the reassignment, once the seat is free.", name=move.coordinator.name),
        by,
    )
    record_step(
        "ask",
        first,
        Phrase(
            "%(name)s was asked to work %(shift)s instead.",
            name=first.coordinator.name,
            shift=in_words(chain.shifts[first.shift_id]),
        ),
    )
    session.flush()
    enqueue(notifications.notify_asked_to_move, move_id=first.id)
    enqueue(notifications.notify_move_answered, move_id=move.id)


def _move(chain: Chain, move: Reassignment, by: Person, at: datetime) -> None:
    """First everybody gives up their seat, then everybody takes the next one, so that two never hold the same."""
    if any(link.state is not ReassignmentState.AGREED for link in chain.links if link is not move):
        raise NotAllowedNow("Somebody else has to say yes first.")
    for link in chain.links:
        _give_up(chain.bookings[link.assignment_id], chain.left(link), by if link is move else link.coordinator.person)
    session.flush()
    for link in chain.links:
        who = by if link is move else link.coordinator.person
        try:
            made = book(chain.shifts[link.shift_id], link.coordinator, who, at, reassigned=True)
        except NotAllowedNow as why:
            if link is move:
                raise
            raise NotAllowedNow(
                "Your seat would stay empty: whoever agreed to take it no longer can. You keep your shift."
            ) from why
        link.state, link.became_id = REASSIGNMENT_LIFE.after(link.state, "accept"), made.id
        link.answered_at = at if link is move else link.answered_at
        record_step(
            "accept",
            link,
            Phrase(
                "%(name)s was reassigned to %(shift)s.",
                name=link.coordinator.name,
                shift=in_words(chain.shifts[link.shift_id]),
            ),
            who,
        )
        session.flush()
        enqueue(notifications.notify_move_answered, move_id=link.id)
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


def _find_somebody(last: Reassignment, left: Shift, at: datetime) -> None:
    """Offer the seat at the end of the chain to the coordinator who was free for it, else to the next best."""
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


def decline(move: Reassignment, by: Person, at: datetime) -> None:
    """The coordinator keeps their shift, also after they had agreed and before anybody has moved. The others keep theirs."""
    with as_system():
        links = lock_chain(move)
        move = next(link for link in links if link.id == move.id)
        check_waits(move, at)
        end_chain(links, move, "decline", at, by)


def withdraw(move: Reassignment, by: Person, at: datetime) -> None:
    """The agency withdraws the question: nobody of the chain is moved."""
    with as_system():
        links = lock_chain(move)
        move = next(link for link in links if link.id == move.id)
        if move.state_at(at) not in OPEN_REASSIGNMENTS:
            raise NotAllowedNow(WHY_OVER[move.state_at(at)])
        end_chain(links, move, "withdraw", at, by)


# ---- by itself --------------------------------------------------------------------------------------------------


def end_those_over(at: datetime) -> int:
    """Expire the questions that were not answered in time and withdraw those that make no sense; returns how many.

    A booking that is gone cannot be given up, a seat that is taken cannot be moved to.
    """
    late = Reassignment.expires_at <= at
    over = session.scalars(
        select(Reassignment.id)
        .where(Reassignment.state.in_(OPEN_REASSIGNMENTS), or_(late, ~reassignment_stands()))
        .order_by(Reassignment.id)
    ).all()
    done = 0
    for key in over:
        links = lock_chain(session.get_one(Reassignment, key))
        link = next(link for link in links if link.id == key)
        if link.state in OPEN_REASSIGNMENTS:
            expired = link.expires_at <= at and link.state is ReassignmentState.ASKED
            done += end_chain(links, link, "expire" if expired else "withdraw", link.expires_at if expired else at)
    return done


def _end_what_is_over(chain: Chain, at: datetime) -> None:
    """Withdraw the other questions about the seat that is taken now, or about a booking that is gone."""
    session.flush()
    left = Reassignment.assignment_id.in_(chain.bookings)
    there = Reassignment.shift_id.in_(chain.shifts)
    for other in lock_reassignments(
        Reassignment.state.in_(OPEN_REASSIGNMENTS) & (left | there) & ~reassignment_stands()
    ):
        if other.state in OPEN_REASSIGNMENTS:
            end_chain(lock_chain(other), other, "withdraw", at)
