"""Holding, resuming and closing a need: nobody new is asked, waiting offers are taken back, what is booked stays."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Offer, with_coordinator
from marketplace.assignments.rules import OFFER_LIFE, WAITING_STATES
from marketplace.audit.recording import record
from marketplace.booking.notifications import notify_offer_withdrawn
from marketplace.db import session
from marketplace.kernel import NotAllowedNow, Phrase
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.posting import check_may_post
from marketplace.needs.rules import ShiftState


def hold(need: Need, by: Person, at: datetime) -> int:
    """Stop filling for now; returns how many waiting offers were taken back. Raises NotAllowedNow."""
    shifts = _locked_shifts(need)
    need.hold()
    withdrawn = _take_back(need, shifts, by, at)
    record("hold", need, Phrase("Put on hold."), by=by, offers_withdrawn=withdrawn)
    return withdrawn


def resume(need: Need, by: Person, at: datetime) -> None:
    """Fill again; a first-come need is open to everyone again. Raises NotAllowedNow, also when every shift has begun;

    NotYet while the facility is not active.
    """
    check_may_post(need.facility_id, by, at)
    need.resume()
    ahead = select(Shift.id).where(Shift.need_id == need.id, Shift.state == ShiftState.SCHEDULED, Shift.starts_at > at)
    if session.scalar(ahead.limit(1)) is None:
        raise NotAllowedNow("Every shift of this need has begun. Extend it, or post it again.")
    if need.mode is FillMode.FIRST_COME:
        _set_open(need, True)
    record("resume", need, Phrase("Filling again."), by=by)


def close(need: Need, by: Person, at: datetime) -> int:
    """Enough: open seats stay empty. Returns how many waiting offers were taken back. Raises NotAllowedNow."""
    shifts = _locked_shifts(need)
    need.close()
    withdrawn = _take_back(need, shifts, by, at)
    record("close", need, Phrase("Closed: open seats stay empty."), by=by, offers_withdrawn=withdrawn)
    return withdrawn


def _locked_shifts(need: Need) -> Sequence[int]:
    """Lock the shifts before the offers, in the order of every booking, so that an acceptance under way is waited for."""
    return session.scalars(
        select(Shift.id).where(Shift.need_id == need.id).order_by(Shift.id).with_for_update(key_share=True)
    ).all()


def _take_back(need: Need, shifts: Sequence[int], by: Person, at: datetime) -> int:
    _set_open(need, False)
    waiting = session.scalars(
        select(Offer)
        .where(Offer.shift_id.in_(shifts), Offer.state.in_(WAITING_STATES))
        .order_by(Offer.id)
        .with_for_update(key_share=True, of=Offer)
        .options(
            with_coordinator(Offer),
            joinedload(Offer.shift).joinedload(Shift.line),
            joinedload(Offer.shift).joinedload(Shift.facility),
        )
    ).all()
    told: set[int] = set()
    for offer in waiting:
        offer.state, offer.answered_at = OFFER_LIFE.after(offer.state, "withdraw"), at
        record("withdraw", offer, Phrase("The offer was withdrawn."), by=by)
        person = offer.coordinator.person
        if offer.expires_at > at and person.id not in told:  # one line, however many shifts
            told.add(person.id)
            notify_offer_withdrawn(person, offer.shift)
    session.flush()
    return len(waiting)


def _set_open(need: Need, is_open: bool) -> None:
    session.execute(
        update(Shift)
        .where(Shift.need_id == need.id, Shift.state == ShiftState.SCHEDULED, Shift.open_to_all != is_open)
        .values(open_to_all=is_open, version=Shift.version + 1)
    )
