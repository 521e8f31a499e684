"""Cancelling bookings, shifts and needs: the cost is shown before and recorded at once, and the seat is offered again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, CancelledBy, Offer, lock_assignment, lock_shift, with_coordinator
from marketplace.assignments.rules import BACKFILL_WAVE, LIFE, LIVE_STATES, OFFER_LIFE, WAITING_STATES
from marketplace.audit.recording import record
from marketplace.booking import notifications
from marketplace.booking.booking import in_words
from marketplace.booking.offers import LONGEST_NOTE, send_to_best
from marketplace.contracts.cancellation_policy import CancellationPolicy, Compensation, coordinator_points, facility_fee
from marketplace.contracts.models import Agreement
from marketplace.contracts.rates import Rate
from marketplace.db import as_system, enqueue, session
from marketplace.kernel import (
    N_,
    ChangedMeanwhile,
    Hook,
    NotAllowedNow,
    Phrase,
    check_no_patient_data,
    clean_text,
)
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.rules import LIFE as NEED_LIFE
from marketplace.needs.rules import SHIFT_LIFE, ShiftState, shifts_counted

NOTHING = Compensation(0, 0, 0)

on_fee_due: Hook[[Assignment, Compensation, datetime], Any] = Hook("booking.cancelling.on_fee_due")
"""Called in the same transaction when a cancellation has a fee."""


@dataclass(frozen=True)
class Consequence:
    """The cost of cancelling one booking now.

    The notice in minutes (negative after the start), the fee of the facility, and the reliability points of the coordinator
    (zero or negative).
    """

    side: CancelledBy
    notice_minutes: int
    fee: Compensation
    points: int


def consequence(assignment: Assignment, policy: CancellationPolicy, side: CancelledBy, at: datetime) -> Consequence:
    """By the tiers of the contract the shift was booked under. The agency's own cancellation costs neither side."""
    notice = (assignment.starts_at - at) // timedelta(minutes=1)
    fee, points = NOTHING, 0
    if side is CancelledBy.FACILITY:
        rate = Rate(assignment.bill_rate_cents, assignment.pay_rate_cents, 0)
        fee = facility_fee(policy, notice, assignment.span.minutes, rate)
    elif side is CancelledBy.COORDINATOR:
        points = coordinator_points(policy, notice)
    return Consequence(side, notice, fee, points)


def policy_of(need: Need) -> CancellationPolicy:
    """The cancellation policy of the contract behind a need, or the agency's standard without a contract."""
    with as_system():
        agreement = session.get(Agreement, need.agreement_id) if need.agreement_id else None
    return CancellationPolicy.from_data(agreement.cancellation) if agreement else CancellationPolicy()


def preview(assignment: Assignment, side: CancelledBy, at: datetime) -> Consequence:
    """The consequence of `cancel` at this moment; the assignment is loaded with its shift and need."""
    return consequence(assignment, policy_of(assignment.shift.need), side, at)


def check_cancellable(thing: Assignment | Shift | Need) -> None:
    """Raises NotAllowedNow when the life of the booking, shift or need does not allow to cancel it any more."""
    match thing:
        case Assignment():
            LIFE.after(thing.state, "cancel")
        case Shift():
            SHIFT_LIFE.after(thing.state, "cancel")
        case Need():
            NEED_LIFE.after(thing.state, "cancel")


def cancel(
    assignment: Assignment,
    by: Person | None,
    at: datetime,
    side: CancelledBy,
    reason: str = "",
    expected: tuple[int, int] | None = None,
) -> Consequence:
    """Cancel one booking on behalf of `side`. Its seat is open again; unless the facility gave it up, the next best are asked.

    `expected` is what the person was shown (fee in cents, points): ChangedMeanwhile when the clock has moved to another
    tier since. NotAllowedNow for a booking that has been worked or given up already.
    """
    reason = clean_reason(reason)
    with as_system():
        shift = lock_shift(assignment.shift_id)
        assignment = lock_assignment(assignment.id)
        means = consequence(assignment, policy_of(shift.need), side, at)
        if expected is not None:
            check_as_shown(expected, [means])
        _cancel(assignment, shift, means, by, at, reason)
        if side is not CancelledBy.FACILITY:
            backfill(shift, at)
    return means


def check_as_shown(shown: tuple[int, int], means: Sequence[Consequence]) -> None:
    """Raises ChangedMeanwhile when cancelling now costs something else than was shown (fee in cents, points)."""
    now_is = (sum(each.fee.bill_cents for each in means), sum(each.points for each in means))
    if shown != now_is:
        raise ChangedMeanwhile("What cancelling means has changed since you opened the page. Look at it again first.")


_CANCELLED = {
    CancelledBy.FACILITY: N_("The booking of %(name)s for %(shift)s was canceled by the facility."),
    CancelledBy.COORDINATOR: N_("The booking of %(name)s for %(shift)s was canceled by the coordinator."),
    CancelledBy.AGENCY: N_("The booking of %(name)s for %(shift)s was canceled by the agency."),
}


def _cancel(
    assignment: Assignment, shift: Shift, means: Consequence, by: Person | None, at: datetime, reason: str
) -> None:
    assignment.state = LIFE.after(assignment.state, "cancel")
    assignment.cancelled_by, assignment.cancelled_at, assignment.cancel_reason = means.side, at, reason
    assignment.notice_minutes, assignment.points = means.notice_minutes, means.points
    assignment.fee_minutes = means.fee.minutes
    assignment.undo_until = None
    shift.filled_at = None
    record(
        "cancel",
        assignment,
        Phrase(_CANCELLED[means.side], name=assignment.coordinator.name, shift=in_words(shift)),
        by=by,
        notice_minutes=means.notice_minutes,
        fee_minutes=means.fee.minutes,
        points=means.points,
    )
    session.flush()
    if means.fee.minutes:
        _announce(assignment, shift, means.fee, at)
    enqueue(notifications.notify_cancelled, assignment_id=assignment.id, by_id=by.id if by else None)


def _announce(assignment: Assignment, shift: Shift, fee: Compensation, at: datetime) -> None:
    on_fee_due(assignment, fee, at)


def backfill(shift: Shift, at: datetime) -> list[Offer]:
    """Ask the next best for a seat that came free, where the need is filled by offers and people are still wanted.

    A shift open to everyone, or one that takes applications, needs nobody to be asked.
    """
    if shift.need.mode is not FillMode.OFFER or shift.open_to_all:
        return []
    try:
        return send_to_best(shift, BACKFILL_WAVE, None, at)
    except NotAllowedNow:  # on hold, over: nobody is wanted any more
        return []


# ---- a whole shift, a whole need --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sum:
    """The cost of cancelling several bookings together."""

    each: tuple[tuple[Assignment, Consequence], ...]
    shifts: int

    @property
    def fee_cents(self) -> int:
        return sum(means.fee.bill_cents for _, means in self.each)

    @property
    def means(self) -> list[Consequence]:
        return [means for _, means in self.each]


def preview_shifts(need: Need, shifts: Sequence[Shift], side: CancelledBy, at: datetime) -> Sum:
    """The cost of cancelling these shifts of one need at this moment, booking by booking."""
    policy = policy_of(need)
    with as_system():
        booked = _booked(shifts)
    return Sum(tuple((one, consequence(one, policy, side, at)) for one in booked), len(shifts))


def _booked(shifts: Sequence[Shift], *, lock: bool = False) -> list[Assignment]:
    live = (
        select(Assignment)
        .where(Assignment.shift_id.in_([shift.id for shift in shifts]), Assignment.state.in_(LIVE_STATES))
        .order_by(Assignment.starts_at, Assignment.id)
        .options(with_coordinator(Assignment))
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(live.with_for_update(of=Assignment, key_share=True) if lock else live))


def cancellable_shifts(need: Need, at: datetime) -> list[Shift]:
    """The shifts of a need that can still be cancelled: not begun and not over."""
    return list(
        session.scalars(
            select(Shift)
            .where(Shift.need_id == need.id, Shift.state == ShiftState.SCHEDULED, Shift.starts_at > at)
            .order_by(Shift.starts_at, Shift.id)
        )
    )


def cancel_shift(
    shift: Shift, by: Person, at: datetime, side: CancelledBy, reason: str = "", expected: tuple[int, int] | None = None
) -> Sum:
    """Cancel a shift with every booking and offer on it. Nobody is asked anew."""
    return _cancel_shifts([shift.id], by, at, side, clean_reason(reason), expected)


def cancel_need(
    need: Need, by: Person, at: datetime, side: CancelledBy, reason: str = "", expected: tuple[int, int] | None = None
) -> Sum:
    """Cancel a need: every shift that has not begun. What has begun or been worked stays as it is."""
    reason = clean_reason(reason)
    with as_system():
        need.state = NEED_LIFE.after(need.state, "cancel")
        done = _cancel_shifts([shift.id for shift in cancellable_shifts(need, at)], by, at, side, reason, expected)
        record(
            "cancel",
            need,
            Phrase("The need was canceled with %(shifts)s.", shifts=shifts_counted(done.shifts)),
            by=by,
            fee_cents=done.fee_cents,
        )
        session.flush()
    return done


def _cancel_shifts(
    shift_ids: Sequence[int], by: Person, at: datetime, side: CancelledBy, reason: str, expected: tuple[int, int] | None
) -> Sum:
    with as_system():
        shifts = [lock_shift(key) for key in sorted(shift_ids)]
        policy = policy_of(shifts[0].need) if shifts else CancellationPolicy()
        by_id = {shift.id: shift for shift in shifts}
        done = tuple((one, consequence(one, policy, side, at)) for one in _booked(shifts, lock=True))
        if expected is not None:
            check_as_shown(expected, [means for _, means in done])
        for shift in shifts:
            shift.state = SHIFT_LIFE.after(shift.state, "cancel")
            shift.open_to_all = False
            record("cancel", shift, Phrase("%(shift)s was canceled.", shift=in_words(shift)), by=by)
        for assignment, means in done:
            _cancel(assignment, by_id[assignment.shift_id], means, by, at, reason)
        _withdraw_offers(shift_ids, at)
        session.flush()
    return Sum(done, len(shifts))


def _withdraw_offers(shift_ids: Sequence[int], at: datetime) -> None:
    waiting = session.scalars(
        select(Offer)
        .where(Offer.shift_id.in_(shift_ids), Offer.state.in_(WAITING_STATES))
        .order_by(Offer.id)
        .with_for_update(key_share=True)
    )
    for offer in waiting.all():
        offer.state, offer.answered_at = OFFER_LIFE.after(offer.state, "withdraw"), at


def clean_reason(reason: str) -> str:
    note = clean_text(reason, LONGEST_NOTE, "reason", multiline=True)
    check_no_patient_data(note, "reason")
    return note
