"""Taking a seat: whoever comes first gets it, nobody gets two at once, and every rule is asked again at that moment."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments import facts, notifications
from marketplace.assignments.assessment import Assessment, assess
from marketplace.assignments.models import Assignment, Offer, OfferKind
from marketplace.assignments.policy import check_may_undo
from marketplace.assignments.queries import taken_seats
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
from marketplace.coordinators.models import Coordinator
from marketplace.db.jobs import enqueue
from marketplace.db.session import as_system, session
from marketplace.kernel.errors import NotAllowedNow
from marketplace.kernel.phrases import N_, Phrase, named
from marketplace.matching.records import replay as replay_record
from marketplace.matching.scores import Score
from marketplace.matching.verdicts import Verdict
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
    asked_to_move: bool = False,
) -> Assignment:
    """Give the coordinator the lowest free seat, in the caller's transaction, or raise NotAllowedNow saying why not.

    Ask first whether `by` may (policy). Shift and coordinator are locked in this order, so that two requests for the same
    seat, or for the same person, come one after the other; then every hard rule is judged on facts read after the locks.
    What the tables themselves refuse (overlap, seat) is told in the same words. She herself may take only what is open to
    everyone or offered to her, or what she was `asked_to_move` to: then no minutes undo it, because the seat she left is
    somebody else's by then. Verdicts, facts and score are kept with the assignment (`replay`). Offers that clash with it,
    and all others of the shift once it is full, are superseded.
    """
    with as_system():
        # Once without waiting for the locks, so that latecomers are told at once, and once more behind them.
        _free_seat(shift, coordinator, by)
        _check_no_clash(shift, coordinator, by)
        shift = lock_shift(shift.id)
        lock_coordinator(coordinator.id)
        seat, left = _free_seat(shift, coordinator, by)
        _check_open(shift)
        _check_no_clash(shift, coordinator, by)
        waiting = _waiting_offers(shift, coordinator, offer, left == 0)
        own = _own_offer(waiting, shift, coordinator, offer, at)
        invited = shift.open_to_all or asked_to_move or (own is not None and own.kind is OfferKind.OFFER)
        if _herself(by, coordinator) and not invited:
            raise NotAllowedNow("This shift is only for those it is offered to.")
        judged = _judge(shift, coordinator, by, at)
        if own is not None:
            own.state, own.answered_at = OFFER_LIFE.after(own.state, "accept"), at
        made = Assignment(
            shift_id=shift.id,
            facility_id=shift.facility_id,
            coordinator_id=coordinator.id,
            offer_id=own.id if own else None,
            seat=seat,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            headcount=shift.headcount,
            bill_rate_cents=shift.bill_rate_cents,
            pay_rate_cents=shift.pay_rate_cents,
            booked_at=at,
            booked_by_id=by.id if by else None,
            undo_until=None if asked_to_move else at + _undone_within(by, coordinator),
            verdicts=[verdict.as_record() for verdict in judged.verdicts],
            facts=judged.record,
            score=score_record(judged.score),
        )
        _insert(made, coordinator, by)
        for other in waiting:
            if other is not own:
                other.state, other.answered_at = OFFER_LIFE.after(other.state, "supersede"), at
                other.superseded_by_id = made.id
        if left == 0:
            shift.filled_at = at
        record(
            "book",
            made,
            Phrase("%(name)s was booked for %(shift)s.", name=coordinator.name, shift=in_words(shift)),
            by=by,
            seat=seat,
        )
        session.flush()
        enqueue(notifications.tell_booked, assignment_id=made.id)
    return made


def undo(assignment: Assignment, by: Person, at: datetime) -> None:
    """Take a booking back within its minutes, as if it had not been: the seat is free, and its offer waits again.

    So do the offers it superseded, as far as they still can be answered. Raises NotPermitted for the other side,
    NotAllowedNow when the time is over or the shift has begun.
    """
    with as_system():
        shift = lock_shift(assignment.shift_id)
        lock_coordinator(assignment.coordinator_id)
        assignment = lock_assignment(assignment.id)
        check_may_undo(by, assignment, at)
        assignment.state = LIFE.after(assignment.state, "undo")
        shift.filled_at = None
        session.flush()
        _let_offers_stand_again(assignment, at)
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
        enqueue(notifications.tell_undone, assignment_id=assignment.id, by_id=by.id)


def confirm(assignment: Assignment, by: Person, at: datetime) -> None:
    """The coordinator says once more that she will be there."""
    assignment.state = LIFE.after(assignment.state, "confirm")
    assignment.confirmed_at = at
    record("confirm", assignment, Phrase("The shift was confirmed."), by=by)


def replay(assignment: Assignment) -> list[Verdict]:
    """Today's rules on the facts of the moment of booking. Empty for a booking that kept none (taken over from elsewhere)."""
    return replay_record(assignment.facts) if assignment.facts else []


def kept_verdicts(assignment: Assignment) -> list[Verdict]:
    """The verdicts as they were written at the booking."""
    return [Verdict.from_record(record) for record in assignment.verdicts]


def score_record(given: Score) -> dict[str, Any]:
    """A score as plain JSON, kept with offers and assignments."""
    return {"total": given.total, "percent": given.percent, "parts": [part.as_record() for part in given.parts]}


def in_words(shift: Shift) -> Phrase:
    """For the trail: Prior-Authorization on Nov 30, 2026 at Harbor Family Medicine."""
    line, facility = named(shift.line), shift.facility.name
    return Phrase("%(line)s on %(day)s at %(facility)s", line=line, day=shift.local_day, facility=facility)


# ---- locks ------------------------------------------------------------------------------------------------------


def lock_shift(shift_id: int) -> Shift:
    """The shift with its terms, locked against other bookings until the end of the transaction. Lock it first of all."""
    return session.scalars(
        select(Shift)
        .where(Shift.id == shift_id)
        .options(*facts.with_terms())
        .with_for_update(of=Shift, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def lock_coordinator(coordinator_id: int) -> None:
    """Two bookings of one person come one after the other: overlap, rest and weekly hours hold for both together."""
    session.execute(select(Coordinator.id).where(Coordinator.id == coordinator_id).with_for_update(key_share=True))


def lock_assignment(assignment_id: int) -> Assignment:
    """An assignment as it is now, with coordinator and offer, locked. After the shift, if that is locked at all."""
    return session.scalars(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .options(joinedload(Assignment.coordinator).joinedload(Coordinator.person), joinedload(Assignment.offer))
        .with_for_update(of=Assignment, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


# ---- seats ------------------------------------------------------------------------------------------------------


def _live_seats(shift_id: int) -> dict[int, int]:
    """Coordinator by seat."""
    rows = session.execute(
        select(Assignment.seat, Assignment.coordinator_id).where(
            Assignment.shift_id == shift_id, Assignment.state.in_(LIVE_STATES)
        )
    )
    return {row.seat: row.coordinator_id for row in rows}


class _Seat(NamedTuple):
    number: int
    left: int
    """How many are free after this one."""


def _free_seat(shift: Shift, coordinator: Coordinator, by: Person | None) -> _Seat:
    taken = _live_seats(shift.id)
    if coordinator.id in taken.values():
        if _herself(by, coordinator):
            raise NotAllowedNow("You already have this shift.")
        raise NotAllowedNow("%(name)s already has this shift.", name=coordinator.name)
    free = [seat for seat in range(1, shift.headcount + 1) if seat not in taken]
    if not free:
        raise NotAllowedNow(TAKEN)
    return _Seat(free[0], len(free) - 1)


def _check_no_clash(shift: Shift, coordinator: Coordinator, by: Person | None) -> None:
    """The rule most often broken in a rush, asked by itself: one statement instead of a whole judgement."""
    clash = select(Assignment.id).where(
        Assignment.coordinator_id == coordinator.id,
        Assignment.state.in_(LIVE_STATES),
        Assignment.starts_at < shift.ends_at,
        Assignment.ends_at > shift.starts_at,
    )
    if session.scalar(clash.limit(1)) is not None:
        raise NotAllowedNow(_clash(coordinator, by))


def _check_open(shift: Shift) -> None:
    if shift.state is ShiftState.CANCELLED:
        raise NotAllowedNow("This shift was cancelled.")
    if shift.state is ShiftState.ENDED:
        raise NotAllowedNow("This shift is over.")
    if shift.need.state is NeedState.ON_HOLD:
        raise NotAllowedNow("The facility has put this need on hold. Nobody can take its shifts at the moment.")
    if shift.need.state in (NeedState.DRAFT, NeedState.PENDING_APPROVAL):
        raise NotAllowedNow("This need is not posted yet.")
    if shift.need.state is NeedState.CANCELLED:
        raise NotAllowedNow("The facility has cancelled this need.")


def _insert(made: Assignment, coordinator: Coordinator, by: Person | None) -> None:
    """The tables have the last word; what they refuse is told in the words of the rules."""
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
    assessment.check(by, None if _herself(by, coordinator) else coordinator.name)
    return assessment


def _clash(coordinator: Coordinator, by: Person | None) -> Phrase:
    if _herself(by, coordinator):
        return Phrase("You already have a shift at this time. Cancel that one first, or choose another.")
    return Phrase("%(name)s already has a shift at this time.", name=coordinator.name)


def _herself(by: Person | None, coordinator: Coordinator) -> bool:
    return by is not None and by.coordinator_id == coordinator.id


def _undone_within(by: Person | None, coordinator: Coordinator) -> timedelta:
    return timedelta(minutes=UNDO_MINUTES if _herself(by, coordinator) else CHOICE_UNDO_MINUTES)


# ---- offers -----------------------------------------------------------------------------------------------------


def _waiting_offers(shift: Shift, coordinator: Coordinator, offer: Offer | None, full: bool) -> list[Offer]:
    """Every waiting offer this booking touches, locked in the order of their ids so that bookings never wait in a circle.

    Hers for this shift; hers that clash, the rest she needs included; with `full` everybody's for this shift.
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
    """The offer that is being accepted. Taking an open shift accepts the offer that waits for it too."""
    own = next((one for one in waiting if (one.shift_id, one.coordinator_id) == (shift.id, coordinator.id)), None)
    if offer is None:
        return own
    own = next((one for one in waiting if one.id == offer.id), None)
    if own is None or own.shift_id != shift.id or own.coordinator_id != coordinator.id:
        raise NotAllowedNow("This offer is not for this shift.")
    check_waits(own, at)
    return own


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


def _let_offers_stand_again(assignment: Assignment, at: datetime) -> None:
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
