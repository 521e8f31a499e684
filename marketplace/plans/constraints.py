"""Pins and vetoes: pairs that every plan must keep, and pairs that no plan may propose."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, lock_shift
from marketplace.assignments.rules import LIVE_STATES
from marketplace.audit.recording import record
from marketplace.booking.booking import in_words
from marketplace.booking.wanted_seats import check_wants_people
from marketplace.coordinators.models import Coordinator
from marketplace.db import as_system, session
from marketplace.eligibility.assessment import assess
from marketplace.kernel import N_, NotAllowedNow, Phrase, check_no_patient_data, clean_text
from marketplace.matching.facts import BookingFacts
from marketplace.needs.models import Shift
from marketplace.plans.models import PlanConstraint
from marketplace.plans.rules import ConstraintKind

LONGEST_REASON = 300
_DONE = {
    ConstraintKind.PIN: N_("%(name)s was pinned to %(shift)s in matching plans."),
    ConstraintKind.VETO: N_("%(name)s was forbidden for %(shift)s in matching plans."),
}


def pin(shift: Shift, coordinator: Coordinator, by: Person, at: datetime, reason: str = "") -> PlanConstraint:
    """Put the coordinator on this shift in every plan from now on.

    Raises NotAllowedNow with every reason when the hard rules refuse the coordinator beside their bookings and other pins, or
    when no seat without a pin is left.
    """
    with as_system():
        shift = lock_shift(shift.id)
        check_wants_people(shift, at)
        pins = _pins_of(shift.id)
        if coordinator.id in {constraint.coordinator_id for constraint in pins}:
            raise NotAllowedNow("%(name)s is pinned to this shift already.", name=coordinator.name)
        taken = len(session.scalars(
            select(Assignment.id).where(Assignment.shift_id == shift.id, Assignment.state.in_(LIVE_STATES))
        ).all())  # fmt: skip
        if taken + len(pins) >= shift.headcount:
            raise NotAllowedNow("Every open seat of this shift is pinned already. Remove one of the pins first.")
        _check_may(shift, coordinator, at)
    return _add(ConstraintKind.PIN, shift, coordinator, by, at, reason)


def forbid(shift: Shift, coordinator: Coordinator, by: Person, at: datetime, reason: str = "") -> PlanConstraint:
    """No plan proposes the coordinator for this shift from now on."""
    return _add(ConstraintKind.VETO, shift, coordinator, by, at, reason)


def remove(constraint: PlanConstraint, by: Person, at: datetime) -> None:
    """End a pin or veto. Raises NotAllowedNow when it was removed before."""
    constraint = session.scalars(
        select(PlanConstraint)
        .where(PlanConstraint.id == constraint.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if constraint.ended_at is not None:
        raise NotAllowedNow("This was removed already.")
    constraint.ended_at, constraint.ended_by_id = at, by.id
    _note("remove", constraint, Phrase("A pin or veto of the matching plan was removed."), by)


def restore(constraint: PlanConstraint, by: Person, at: datetime) -> PlanConstraint:
    """Put a removed pin or veto back, as a new row. Raises NotAllowedNow when it still holds."""
    if constraint.ended_at is None:
        raise NotAllowedNow("This holds already.")
    again = PlanConstraint(
        shift_id=constraint.shift_id,
        coordinator_id=constraint.coordinator_id,
        kind=constraint.kind,
        reason=constraint.reason,
        by_id=by.id,
        at=at,
    )
    _keep(again)
    _note("restore", again, Phrase("A pin or veto of the matching plan holds again."), by)
    return again


def _add(
    kind: ConstraintKind, shift: Shift, coordinator: Coordinator, by: Person, at: datetime, reason: str
) -> PlanConstraint:
    """Store a constraint. It ends the opposite one for the same pair."""
    note = clean_text(reason, LONGEST_REASON, "reason")
    check_no_patient_data(note, "reason")
    other = session.scalars(
        select(PlanConstraint)
        .where(
            PlanConstraint.shift_id == shift.id,
            PlanConstraint.coordinator_id == coordinator.id,
            PlanConstraint.ended_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if other is not None:
        if other.kind is kind:
            if kind is ConstraintKind.PIN:
                raise NotAllowedNow("%(name)s is pinned to this shift already.", name=coordinator.name)
            raise NotAllowedNow("%(name)s is forbidden for this shift already.", name=coordinator.name)
        other.ended_at, other.ended_by_id = at, by.id
        session.flush()
    constraint = PlanConstraint(
        shift_id=shift.id, coordinator_id=coordinator.id, kind=kind, reason=note, by_id=by.id, at=at
    )
    _keep(constraint)
    _note(kind.value, constraint, Phrase(_DONE[kind], name=coordinator.name, shift=in_words(shift)), by)
    return constraint


def _keep(constraint: PlanConstraint) -> None:
    try:
        with session.begin_nested():
            session.add(constraint)
    except IntegrityError as error:
        raise NotAllowedNow("Somebody else just pinned or forbade this pair. Look at it again.") from error


def _note(act: str, constraint: PlanConstraint, sentence: Phrase, by: Person) -> None:
    """Record it in the agency's own audit trail: neither the coordinator nor the facility may read it."""
    entry: Any = record(act, constraint, sentence, by=by)
    entry.coordinator_id = None


def _pins_of(shift_id: int) -> list[PlanConstraint]:
    return list(
        session.scalars(
            select(PlanConstraint).where(
                PlanConstraint.shift_id == shift_id,
                PlanConstraint.kind == ConstraintKind.PIN,
                PlanConstraint.ended_at.is_(None),
            )
        )
    )


def _check_may(shift: Shift, coordinator: Coordinator, at: datetime) -> None:
    (assessment,) = assess([coordinator.id], shift, at)
    assessment.check(None, coordinator.name)
    others = session.scalars(
        select(Shift)
        .join(PlanConstraint, PlanConstraint.shift_id == Shift.id)
        .where(
            PlanConstraint.coordinator_id == coordinator.id,
            PlanConstraint.kind == ConstraintKind.PIN,
            PlanConstraint.ended_at.is_(None),
            Shift.ends_at > at,
        )
    ).all()
    pinned = [BookingFacts(one.span, one.id, one.facility_id) for one in others]
    if not assessment.beside(pinned).eligible:
        raise NotAllowedNow(
            "%(name)s is pinned to another shift that leaves no time for this one. Remove that pin first.",
            name=coordinator.name,
        )
