"""The offers that a booking superseded, re-opened when the booking is undone."""

from datetime import datetime

from sqlalchemy import and_, or_, select

from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.queries import taken_seats
from marketplace.assignments.rules import OFFER_LIFE, WAITING_STATES, OfferState
from marketplace.db import session
from marketplace.needs.models import Shift
from marketplace.needs.rules import ShiftState


def restore_offers(assignment: Assignment, at: datetime) -> None:
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
