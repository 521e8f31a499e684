"""Asking booked coordinators whether they would work another shift instead of theirs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Reassignment, lock_shift, with_coordinator
from marketplace.assignments.rules import (
    MAY_BE_LEFT,
    MOST_REASSIGNED,
    OPEN_REASSIGNMENTS,
    REASSIGNMENT_LIFE,
    ReassignmentState,
    reassignment_expiry,
)
from marketplace.booking import notifications
from marketplace.booking.booking import in_words
from marketplace.booking.reassignment_chains import end_chain, fit, lock_chain, lock_reassignments, record_step
from marketplace.booking.wanted_seats import check_can_be_left, check_wants_people
from marketplace.db import as_system, enqueue, session
from marketplace.kernel import Invalid, NotAllowedNow, Phrase
from marketplace.needs.models import Shift


class ReassignmentStep(NamedTuple):
    """A coordinator to ask, and the shift they would leave."""

    coordinator_id: int
    instead_of_id: int


def ask(shift: Shift, steps: Sequence[ReassignmentStep], free_id: int | None, by: Person, at: datetime) -> Reassignment:
    """Ask whether the first of `steps` would work `shift` instead of theirs, and the second the shift of the first.

    The last is asked at once, the one before after the last has agreed. `free_id` is a coordinator who is free for the shift
    the last one leaves. Returns the question that is asked now. Raises NotAllowedNow when the seat is taken, when somebody no
    longer has the other shift, may not take the new one, or is already being asked about theirs.
    """
    people = {step.coordinator_id for step in steps}
    places = {shift.id, *(step.instead_of_id for step in steps)}
    if not 0 < len(people) == len(steps) <= MOST_REASSIGNED or len(places) != len(steps) + 1 or free_id in people:
        raise Invalid("This form is damaged. Open the page again and repeat.")
    with as_system():
        held = [_held(step, at) for step in steps]
        shifts = {key: lock_shift(key) for key in sorted(places)}
        check_wants_people(shifts[shift.id], at)
        if shifts[shift.id].starts_at <= at:
            raise NotAllowedNow("This shift has begun. Ask somebody who is free.")
        _check_not_asked([booking.id for booking in held], at)
        target, after = shifts[shift.id], None
        begins = min(each.starts_at for each in shifts.values())
        for number, booking in enumerate(held, 1):
            check_can_be_left(shifts[booking.shift_id])
            _check_may_move(booking, target, at)
            last = number == len(held)
            asked = Reassignment(
                coordinator_id=booking.coordinator_id,
                assignment_id=booking.id,
                shift_id=target.id,
                after_id=after.id if after else None,
                free_id=free_id if last else None,
                asked_at=at,
                asked_by_id=by.id,
                expires_at=reassignment_expiry(at, begins, len(held) if last else 1),
            )
            if last:
                asked.state = REASSIGNMENT_LIFE.after(ReassignmentState.PLANNED, "ask")
            session.add(asked)
            session.flush()
            record_step(
                "ask",
                asked,
                Phrase(
                    "%(name)s was asked to work %(shift)s instead.",
                    name=booking.coordinator.name,
                    shift=in_words(target),
                ),
                by,
            )
            target, after = shifts[booking.shift_id], asked
        session.flush()
        enqueue(notifications.notify_asked_to_move, move_id=asked.id)
    return asked


def _held(step: ReassignmentStep, at: datetime) -> Assignment:
    found = session.scalars(
        select(Assignment)
        .where(
            Assignment.shift_id == step.instead_of_id,
            Assignment.coordinator_id == step.coordinator_id,
            Assignment.state.in_(MAY_BE_LEFT),
            Assignment.starts_at > at,
        )
        .options(with_coordinator(Assignment))
    ).one_or_none()
    if found is None:
        raise NotAllowedNow("The coordinator no longer has the other shift. Look at the options again.")
    return found


def _check_not_asked(assignment_ids: Collection[int], at: datetime) -> None:
    """Allow one question about a booking at a time; an expired one is ended first."""
    for other in lock_reassignments(
        Reassignment.assignment_id.in_(assignment_ids) & Reassignment.state.in_(OPEN_REASSIGNMENTS)
    ):
        if other.state_at(at) is not ReassignmentState.EXPIRED:
            raise NotAllowedNow(
                "%(name)s is being asked about this shift already. Wait for the answer, or withdraw that question.",
                name=other.coordinator.name,
            )
        end_chain(lock_chain(other), other, "expire", at)
    session.flush()


def _check_may_move(booking: Assignment, shift: Shift, at: datetime) -> None:
    fit(booking, shift, at).check(None, booking.coordinator.name)
