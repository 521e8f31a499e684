"""What the agency wants of every plan: this pair for certain, that pair never."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Person
from marketplace.assignments.locks import lock_shift
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import LIVE_STATES
from marketplace.audit.recording import record
from marketplace.booking.booking import in_words
from marketplace.booking.offers import check_wants_people
from marketplace.coordinators.models import Coordinator
from marketplace.db import as_system, session
from marketplace.eligibility.assessment import assess
from marketplace.kernel import N_, NotAllowedNow, Phrase, check_no_patient_data, clean_text
from marketplace.matching.facts import BookingFacts
from marketplace.needs.models import Shift
from marketplace.plans.models import MatchWish
from marketplace.plans.rules import WishKind

LONGEST_REASON = 300
_DONE = {
    WishKind.PIN: N_("%(name)s was pinned to %(shift)s in matching plans."),
    WishKind.FORBID: N_("%(name)s was forbidden for %(shift)s in matching plans."),
}


def pin(shift: Shift, coordinator: Coordinator, by: Person, at: datetime, reason: str = "") -> MatchWish:
    """She has this shift in every plan from now on. NotAllowedNow with every reason when she may not take it.

    She is judged beside her bookings and her other pins, and there must be a seat that no other pin has.
    """
    with as_system():
        shift = lock_shift(shift.id)
        check_wants_people(shift, at)
        pins = _pins_of(shift.id)
        if coordinator.id in {wish.coordinator_id for wish in pins}:
            raise NotAllowedNow("%(name)s is pinned to this shift already.", name=coordinator.name)
        taken = len(session.scalars(
            select(Assignment.id).where(Assignment.shift_id == shift.id, Assignment.state.in_(LIVE_STATES))
        ).all())  # fmt: skip
        if taken + len(pins) >= shift.headcount:
            raise NotAllowedNow("Every open seat of this shift is pinned already. Lift one of the pins first.")
        _check_may(shift, coordinator, at)
    return _wish(WishKind.PIN, shift, coordinator, by, at, reason)


def forbid(shift: Shift, coordinator: Coordinator, by: Person, at: datetime, reason: str = "") -> MatchWish:
    """She is proposed for this shift by no plan from now on."""
    return _wish(WishKind.FORBID, shift, coordinator, by, at, reason)


def remove_pin(wish: MatchWish, by: Person, at: datetime) -> None:
    """The wish no longer holds. NotAllowedNow when it was lifted before."""
    wish = session.scalars(
        select(MatchWish).where(MatchWish.id == wish.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if wish.ended_at is not None:
        raise NotAllowedNow("This was lifted already.")
    wish.ended_at, wish.ended_by_id = at, by.id
    _note("lift", wish, Phrase("A wish about the matching plan was lifted."), by)


def restore(wish: MatchWish, by: Person, at: datetime) -> MatchWish:
    """A wish that was just lifted holds again, as a new one."""
    if wish.ended_at is None:
        raise NotAllowedNow("This holds already.")
    again = MatchWish(
        shift_id=wish.shift_id,
        coordinator_id=wish.coordinator_id,
        kind=wish.kind,
        reason=wish.reason,
        by_id=by.id,
        at=at,
    )
    _keep(again)
    _note("restore", again, Phrase("A wish about the matching plan holds again."), by)
    return again


def _wish(kind: WishKind, shift: Shift, coordinator: Coordinator, by: Person, at: datetime, reason: str) -> MatchWish:
    """Written down; the opposite wish for the same pair ends with it."""
    note = clean_text(reason, LONGEST_REASON, "reason")
    check_no_patient_data(note, "reason")
    other = session.scalars(
        select(MatchWish)
        .where(MatchWish.shift_id == shift.id, MatchWish.coordinator_id == coordinator.id, MatchWish.ended_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if other is not None:
        if other.kind is kind:
            if kind is WishKind.PIN:
                raise NotAllowedNow("%(name)s is pinned to this shift already.", name=coordinator.name)
            raise NotAllowedNow("%(name)s is forbidden for this shift already.", name=coordinator.name)
        other.ended_at, other.ended_by_id = at, by.id
        session.flush()
    wish = MatchWish(shift_id=shift.id, coordinator_id=coordinator.id, kind=kind, reason=note, by_id=by.id, at=at)
    _keep(wish)
    _note(kind.value, wish, Phrase(_DONE[kind], name=coordinator.name, shift=in_words(shift)), by)
    return wish


def _keep(wish: MatchWish) -> None:
    try:
        with session.begin_nested():
            session.add(wish)
    except IntegrityError as error:
        raise NotAllowedNow("Somebody else just wished something for this pair. Look at it again.") from error


def _note(act: str, wish: MatchWish, sentence: Phrase, by: Person) -> None:
    """In the agency's own trail: neither she nor the facility reads what a plan was told about them."""
    entry: Any = record(act, wish, sentence, by=by)
    entry.coordinator_id = None


def _pins_of(shift_id: int) -> list[MatchWish]:
    return list(
        session.scalars(
            select(MatchWish).where(
                MatchWish.shift_id == shift_id, MatchWish.kind == WishKind.PIN, MatchWish.ended_at.is_(None)
            )
        )
    )


def _check_may(shift: Shift, coordinator: Coordinator, at: datetime) -> None:
    (assessment,) = assess([coordinator.id], shift, at)
    assessment.check(None, coordinator.name)
    others = session.scalars(
        select(Shift)
        .join(MatchWish, MatchWish.shift_id == Shift.id)
        .where(
            MatchWish.coordinator_id == coordinator.id,
            MatchWish.kind == WishKind.PIN,
            MatchWish.ended_at.is_(None),
            Shift.ends_at > at,
        )
    ).all()
    pinned = [BookingFacts(one.span, one.id, one.facility_id) for one in others]
    if not assessment.beside(pinned).eligible:
        raise NotAllowedNow(
            "%(name)s is pinned to another shift that leaves no time for this one. Lift that pin first.",
            name=coordinator.name,
        )
