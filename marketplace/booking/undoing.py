"""Undoing a booking inside its undo window, with the offers it had superseded."""

from datetime import datetime

from sqlalchemy import and_, or_, select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer, lock_assignment, lock_coordinator, lock_shift
from marketplace.assignments.policy import check_may_undo
from marketplace.assignments.queries import taken_seats
from marketplace.assignments.rules import LIFE, OFFER_LIFE, WAITING_STATES, OfferState
from marketplace.audit.recording import record
from marketplace.booking import notifications
from marketplace.booking.booking import in_words
from marketplace.db import as_system, enqueue, session
from marketplace.kernel import Phrase
from marketplace.needs.models import Shift
from marketplace.needs.rules import ShiftState


def undo(assignment: Assignment, by: Person, at: datetime) -> None:
    """Undo a booking inside its undo window: free the seat and re-open its offer.

    The offers it superseded are re-opened too, where they can still be answered. Raises NotPermitted for the other side,
    NotAllowedNow when the window is over or the shift has begun.
    """
    with as_system():
        shift = lock_shift(assignment.shift_id)
        lock_coordinator(assignment.coordinator_id)
        assignment = lock_assignment(assignment.id)
        check_may_undo(by, assignment, at)
        assignment.state = LIFE.after(assignment.state, "undo")
        shift.filled_at = None
        session.flush()
        _restore_offers(assignment, at)
        record(
            "undo",
            assignment,
            Phrase(
                "The booking of %(name)s for %(shift)s was undone.",
                name=assignment.coordinator.name,
                shift=in_words(shift),
            ),
            by=by,
        )
        session.flush()
        enqueue(notifications.notify_undone, assignment_id=assignment.id, by_id=by.id)


def _restore_offers(assignment: Assignment, at: datetime) -> None:
    """Re-open the offer of an undone booking, and the superseded ones whose shift has a free seat and whose time is not over."""
    superseded = session.scalars(
        select(Offer)
        .where(
            or_(
                Offer.id == assignment.offer_id,
                and_(Offer.superseded_by_id == assignment.id, Offer.state == OfferState.SUPERSEDED),
            )
        )
        .order_by(Offer.id)
        .with_for_update(of=Offer, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    shifts = {offer.shift_id for offer in superseded}
    live = taken_seats()
    open_shifts = set(
        session.scalars(
            select(Shift.id).where(Shift.id.in_(shifts), Shift.state == ShiftState.SCHEDULED, live < Shift.headcount)
        )
    )
    asked_anew = {
        (shift, coordinator)
        for shift, coordinator in session.execute(
            select(Offer.shift_id, Offer.coordinator_id).where(
                Offer.shift_id.in_(shifts), Offer.state.in_(WAITING_STATES)
            )
        )
    }
    for offer in superseded:
        if offer.id == assignment.offer_id:
            offer.state = OFFER_LIFE.after(offer.state, "undo")
        elif (
            offer.shift_id in open_shifts
            and offer.expires_at > at
            and (offer.shift_id, offer.coordinator_id) not in asked_anew
        ):
            offer.state = OFFER_LIFE.after(offer.state, "restore")
        else:
            continue
        offer.answered_at = offer.superseded_by_id = None
    session.flush()
