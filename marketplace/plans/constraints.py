"""Pins and vetoes: pairs that every plan must keep, and pairs that no plan may propose."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.booking.booking import in_words
from marketplace.coordinators.models import Coordinator
from marketplace.db import as_system, session
from marketplace.kernel import N_, NotAllowedNow, Phrase, check_no_patient_data, clean_text
from marketplace.needs.models import Shift
from marketplace.plans.models import PlanConstraint
from marketplace.plans.pin_checks import check_pin, pins_of
from marketplace.plans.rules import ConstraintKind

LONGEST_REASON = 300
_DONE = {
    ConstraintKind.PIN: N_("%(name)s was pinned to %(shift)s in matching plans."),
    ConstraintKind.VETO: N_("%(name)s was vetoed for %(shift)s in matching plans."),
}


def pin(shift: Shift, coordinator: Coordinator, by: Person, at: datetime, reason: str = "") -> PlanConstraint:
    """Put the coordinator on this shift in every plan from now on.

    Raises NotAllowedNow with every reason when the hard rules refuse the coordinator beside their bookings and other pins, or
    when no seat without a pin is left. Nothing is changed then.
    """
    with as_system(), session.begin_nested():
        locked = check_pin(shift.id, coordinator.id, coordinator.name, at)
        return _add(ConstraintKind.PIN, locked, coordinator, by, at, reason)


def pin_instead(
    shift: Shift, other_id: int | None, coordinator: Coordinator, by: Person, at: datetime, reason: str = ""
) -> PlanConstraint:
    """Pin the coordinator to this shift, and remove the pin of another coordinator, if there is one. Raises like `pin`."""
    with session.begin_nested():
        for constraint in pins_of(shift.id):
            if constraint.coordinator_id == other_id:
                remove(constraint, by, at)
                session.flush()
        return pin(shift, coordinator, by, at, reason)


def veto(shift: Shift, coordinator: Coordinator, by: Person, at: datetime, reason: str = "") -> PlanConstraint:
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
            raise NotAllowedNow("%(name)s is vetoed for this shift already.", name=coordinator.name)
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
        raise NotAllowedNow("Somebody else just pinned or vetoed this pair. Look at it again.") from error


def _note(act: str, constraint: PlanConstraint, sentence: Phrase, by: Person) -> None:
    """Record it in the agency's own audit trail: neither the coordinator nor the facility may read it."""
    entry: Any = record(act, constraint, sentence, by=by)
    entry.coordinator_id = None
