"""Whether a pin can be kept: a seat is left for it, and no hard rule refuses the coordinator."""

from datetime import datetime

from sqlalchemy import select

from marketplace.assignments.models import Assignment, lock_shift
from marketplace.assignments.rules import LIVE_STATES
from marketplace.booking.wanted_seats import check_wants_people
from marketplace.db import session
from marketplace.eligibility.assessment import assess
from marketplace.kernel import NotAllowedNow
from marketplace.matching.facts import BookingFacts
from marketplace.needs.models import Shift
from marketplace.plans.models import PlanConstraint
from marketplace.plans.rules import ConstraintKind


def check_pin(shift_id: int, coordinator_id: int, name: str, at: datetime) -> Shift:
    """The shift, locked. Raises NotAllowedNow, with `name` for the coordinator, when the pin could not be kept."""
    shift = lock_shift(shift_id)
    check_wants_people(shift, at)
    pins = pins_of(shift.id)
    if coordinator_id in {constraint.coordinator_id for constraint in pins}:
        raise NotAllowedNow("%(name)s is pinned to this shift already.", name=name)
    taken = session.scalars(
        select(Assignment.id).where(Assignment.shift_id == shift.id, Assignment.state.in_(LIVE_STATES))
    ).all()
    if len(taken) + len(pins) >= shift.headcount:
        raise NotAllowedNow("Every open seat of this shift is pinned already. Remove one of the pins first.")
    _check_may_work(shift, coordinator_id, name, at)
    return shift


def pins_of(shift_id: int) -> list[PlanConstraint]:
    """The pins that hold for a shift."""
    return list(
        session.scalars(
            select(PlanConstraint).where(
                PlanConstraint.shift_id == shift_id,
                PlanConstraint.kind == ConstraintKind.PIN,
                PlanConstraint.ended_at.is_(None),
            )
        )
    )


def _check_may_work(shift: Shift, coordinator_id: int, name: str, at: datetime) -> None:
    (assessment,) = assess([coordinator_id], shift, at)
    assessment.check(None, name)
    others = session.scalars(
        select(Shift)
        .join(PlanConstraint, PlanConstraint.shift_id == Shift.id)
        .where(
            PlanConstraint.coordinator_id == coordinator_id,
            PlanConstraint.kind == ConstraintKind.PIN,
            PlanConstraint.ended_at.is_(None),
            Shift.ends_at > at,
        )
    ).all()
    pinned = [BookingFacts(one.span, one.id, one.facility_id) for one in others]
    if not assessment.beside(pinned).eligible:
        raise NotAllowedNow(
            "%(name)s is pinned to another shift that leaves no time for this one. Remove that pin first.",
            name=name,
        )
