"""Booking a seat: the first to book gets it, no seat is given twice, and every rule is judged again at that moment."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer, OfferKind, lock_coordinator, lock_shift
from marketplace.assignments.rules import (
    CHOICE_UNDO_MINUTES,
    LIFE,
    LIVE_STATES,
    OFFER_LIFE,
    UNDO_MINUTES,
    WAITING_STATES,
    OfferState,
)
from marketplace.audit.recording import record
from marketplace.booking import notifications
from marketplace.coordinators.models import Coordinator
from marketplace.db import as_system, enqueue, session
from marketplace.eligibility.assessment import Assessment, assess
from marketplace.facilities.models import FacilityState
from marketplace.facilities.readiness import check_asks_for_people
from marketplace.kernel import N_, NotAllowedNow, Phrase, named
from marketplace.needs.models import Shift
from marketplace.needs.rules import NeedState, ShiftState

TAKEN = N_("This shift has just been taken.")


def book(
    shift: Shift,
    coordinator: Coordinator,
    by: Person | None,
    at: datetime,
    offer: Offer | None = None,
    *,
    reassigned: bool = False,
) -> Assignment:
    """Give the coordinator the lowest free seat, in the caller's transaction, or raise NotAllowedNow with the reason.

    The caller checks first whether `by` may book (policy). Two requests for the same seat, or for the same person, run one
    after the other: the shift is locked, then the coordinator. Every hard rule is judged on facts read after the locks. What
    the tables themselves refuse (overlap, seat) gets the same sentence. A coordinator books for themselves only what is open
    to everyone, what they were offered, or what they were `reassigned` to. A reassignment has no undo window, because the
    seat they left belongs to somebody else by then. Verdicts, facts and score are kept with the assignment
    Offers that clash with it, and every other offer of a full shift, are superseded.
    """
    with as_system():
        # Once without waiting for the locks, so that latecomers are told at once, and once more behind them.
        _free_seat(shift, coordinator, by)
        _check_no_clash(shift, coordinator, by)
        shift = lock_shift(shift.id)
        lock_coordinator(coordinator.id)
        seat, left = _free_seat(shift, coordinator, by)
        _check_open(shift, by, at)
        _check_no_clash(shift, coordinator, by)
        waiting = _lock_touched_offers(shift, coordinator, offer, left == 0)
        own = _own_offer(waiting, shift, coordinator, offer, at)
        invited = shift.open_to_all or reassigned or (own is not None and own.kind is OfferKind.OFFER)
        if _is_own(by, coordinator) and not invited:
            raise NotAllowedNow("This shift is only for those it is offered to.")
        judged = _judge(shift, coordinator, by, at)
        if own is not None:
            own.state, own.answered_at = OFFER_LIFE.after(own.state, "accept"), at
        made = _assignment(shift, judged, own, seat, by, at)
        made.undo_until = None if reassigned else at + _undo_window(by, coordinator)
        _insert(made, coordinator, by)
        _supersede([other for other in waiting if other is not own], made, at)
        if left == 0:
            shift.filled_at = at
        said = Phrase("%(name)s was booked for %(shift)s.", name=judged.person.name, shift=in_words(shift))
        record("book", made, said, by=by, seat=seat)
        session.flush()
        enqueue(notifications.notify_booked, assignment_id=made.id)
    return made


def accept(offer: Offer, by: Person, at: datetime) -> Assignment:
    """The coordinator accepts an offer, or the facility accepts an application: both book."""
    return book(offer.shift, offer.coordinator, by, at, offer=offer)


def _assignment(
    shift: Shift, judged: Assessment, offer: Offer | None, seat: int, by: Person | None, at: datetime
) -> Assignment:
    """The booking with the times and rates of the shift at this moment, and the decision behind it."""
    return Assignment(
        shift_id=shift.id,
        facility_id=shift.facility_id,
        coordinator_id=judged.person.id,
        offer_id=offer.id if offer else None,
        seat=seat,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        headcount=shift.headcount,
        bill_rate_cents=shift.bill_rate_cents,
        pay_rate_cents=shift.pay_rate_cents,
        booked_at=at,
        booked_by_id=by.id if by else None,
        verdicts=[verdict.as_record() for verdict in judged.verdicts],
        facts=judged.record,
        score=judged.score.as_record(),
    )


def confirm(assignment: Assignment, by: Person, at: datetime) -> None:
    """Record that the coordinator confirms they will be there."""
    assignment.state = LIFE.after(assignment.state, "confirm")
    assignment.confirmed_at = at
    record("confirm", assignment, Phrase("The shift was confirmed."), by=by)


def in_words(shift: Shift) -> Phrase:
    """A shift in an audit entry: Prior-Authorization on Nov 30, 2026 at Harbor Family Medicine."""
    line, facility = named(shift.line), shift.facility.name
    return Phrase("%(line)s on %(day)s at %(facility)s", line=line, day=shift.local_day, facility=facility)


# ---- seats ------------------------------------------------------------------------------------------------------


def _live_seats(shift_id: int) -> dict[int, int]:
    """Coordinator id by seat number."""
    rows = session.execute(
        select(Assignment.seat, Assignment.coordinator_id).where(
            Assignment.shift_id == shift_id, Assignment.state.in_(LIVE_STATES)
        )
    )
    return {row.seat: row.coordinator_id for row in rows}


class _Seat(NamedTuple):
    number: int
    left: int
    """Free seats after this one."""


def _free_seat(shift: Shift, coordinator: Coordinator, by: Person | None) -> _Seat:
    taken = _live_seats(shift.id)
    if coordinator.id in taken.values():
        if _is_own(by, coordinator):
            raise NotAllowedNow("You already have this shift.")
        raise NotAllowedNow("%(name)s already has this shift.", name=coordinator.name)
    free = [seat for seat in range(1, shift.headcount + 1) if seat not in taken]
    if not free:
        raise NotAllowedNow(TAKEN)
    return _Seat(free[0], len(free) - 1)


def _check_no_clash(shift: Shift, coordinator: Coordinator, by: Person | None) -> None:
    """Raise NotAllowedNow for an overlapping booking: one statement, because this rule fails most often in a rush."""
    clash = select(Assignment.id).where(
        Assignment.coordinator_id == coordinator.id,
        Assignment.state.in_(LIVE_STATES),
        Assignment.starts_at < shift.ends_at,
        Assignment.ends_at > shift.starts_at,
    )
    if session.scalar(clash.limit(1)) is not None:
        raise NotAllowedNow(_clash(coordinator, by))


def _check_open(shift: Shift, by: Person | None, at: datetime) -> None:
    if shift.facility.state is not FacilityState.ACTIVE:
        check_asks_for_people(shift.facility, by, at)
    if shift.state is ShiftState.CANCELLED:
        raise NotAllowedNow("This shift was canceled.")
    if shift.state is ShiftState.ENDED:
        raise NotAllowedNow("This shift is over.")
    if shift.need.state is NeedState.ON_HOLD:
        raise NotAllowedNow("The facility has put this need on hold. Nobody can take its shifts at the moment.")
    if shift.need.state in (NeedState.DRAFT, NeedState.PENDING_APPROVAL):
        raise NotAllowedNow("This need is not posted yet.")
    if shift.need.state is NeedState.CANCELLED:
        raise NotAllowedNow("The facility has canceled this need.")


def _insert(made: Assignment, coordinator: Coordinator, by: Person | None) -> None:
    """Insert the booking; a constraint that refuses it raises NotAllowedNow with the sentence of the matching rule."""
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if constraint in ("ex_assignment_overlap", "uq_assignment_live_person"):
            raise NotAllowedNow(_clash(coordinator, by)) from error
        if constraint in ("uq_assignment_live_seat", "ck_assignment_seat_within_headcount"):
            raise NotAllowedNow(TAKEN) from error
        raise


# ---- rules ------------------------------------------------------------------------------------------------------


def _judge(shift: Shift, coordinator: Coordinator, by: Person | None, at: datetime) -> Assessment:
    """Every hard rule on facts read now, after the locks. NotAllowedNow with all objections when one refuses."""
    (assessment,) = assess([coordinator.id], shift, at)
    if any(verdict.rule == "overlap" for verdict in assessment.objections()):
        raise NotAllowedNow(_clash(coordinator, by))
    assessment.check(by, None if _is_own(by, coordinator) else assessment.person.name)
    return assessment


def _clash(coordinator: Coordinator, by: Person | None) -> Phrase:
    if _is_own(by, coordinator):
        return Phrase("You already have a shift at this time. Cancel that one first, or choose another.")
    return Phrase("%(name)s already has a shift at this time.", name=coordinator.name)


def _is_own(by: Person | None, coordinator: Coordinator) -> bool:
    return by is not None and by.coordinator_id == coordinator.id


def _undo_window(by: Person | None, coordinator: Coordinator) -> timedelta:
    return timedelta(minutes=UNDO_MINUTES if _is_own(by, coordinator) else CHOICE_UNDO_MINUTES)


# ---- offers -----------------------------------------------------------------------------------------------------


def _lock_touched_offers(shift: Shift, coordinator: Coordinator, offer: Offer | None, full: bool) -> list[Offer]:
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


def _own_offer(
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


def _supersede(offers: list[Offer], booked: Assignment, at: datetime) -> None:
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
