"""The waiting offers a booking touches: locked with it, superseded by it, re-opened when it is undone."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.queries import taken_seats
from marketplace.assignments.rules import OFFER_LIFE, WAITING_STATES, OfferState
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import N_, NotAllowedNow
from marketplace.needs.models import Shift
from marketplace.needs.rules import ShiftState


def lock_touched_offers(shift: Shift, coordinator: Coordinator, offer: Offer | None, full: bool) -> list[Offer]:
    """Every waiting offer this booking touches, locked in the order of their ids so that bookings never deadlock.

    The coordinator's own for this shift, and their own that clash with it, including the rest they need. With `full`,
    everybody's for this shift.
    """
    rest = timedelta(minutes=coordinator.rest_minutes)
    clashes = and_(
        Offer.coordinator_id == coordinator.id,
        Shift.starts_at < shift.ends_at + rest,
        Shift.ends_at > shift.starts_at - rest,
    )
    touched = or_(clashes, Offer.shift_id == shift.id) if full else clashes
    named = offer.id if offer is not None else None
    waiting = or_(Offer.state.in_(WAITING_STATES), Offer.id == named)
    return list(
        session.scalars(
            select(Offer)
            .join(Shift, Shift.id == Offer.shift_id)
            .where(waiting, touched)
            .order_by(Offer.id)
            .with_for_update(of=Offer, key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def own_offer(
    waiting: list[Offer], shift: Shift, coordinator: Coordinator, offer: Offer | None, at: datetime
) -> Offer | None:
    """The offer that this booking accepts; for an open shift, the coordinator's waiting offer if there is one.

    Raises NotAllowedNow when `offer` is for another shift or person, or no longer awaits an answer.
    """
    own = next((one for one in waiting if (one.shift_id, one.coordinator_id) == (shift.id, coordinator.id)), None)
    if offer is None:
        return own
    own = next((one for one in waiting if one.id == offer.id), None)
    if own is None or own.shift_id != shift.id or own.coordinator_id != coordinator.id:
        raise NotAllowedNow("This offer is not for this shift.")
    check_waits(own, at)
    return own


def supersede(offers: list[Offer], booked: Assignment, at: datetime) -> None:
    """Close these offers: the booking takes their seat, or the coordinator's time."""
    for offer in offers:
        offer.state, offer.answered_at = OFFER_LIFE.after(offer.state, "supersede"), at
        offer.superseded_by_id = booked.id


_ANSWERED = {
    OfferState.ACCEPTED: N_("This offer was accepted already."),
    OfferState.DECLINED: N_("This offer was declined."),
    OfferState.WITHDRAWN: N_("This offer was withdrawn."),
    OfferState.EXPIRED: N_("The time to answer this offer is over."),
    OfferState.SUPERSEDED: N_(
        "This offer no longer stands: the shift was taken, or another one was accepted at this time."
    ),
}


def check_waits(offer: Offer, at: datetime) -> None:
    """Raises NotAllowedNow for an offer that no longer awaits an answer."""
    if not offer.waits(at):
        raise NotAllowedNow(_ANSWERED[offer.state_at(at)])


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
