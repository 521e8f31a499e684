"""No-shows: the seat is offered again at once; the agency upholds or excuses the no-show later."""

from datetime import datetime, timedelta

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer, lock_assignment, lock_shift
from marketplace.assignments.rules import LIFE, NO_SHOW_AFTER_MINUTES, AssignmentState
from marketplace.audit.recording import record
from marketplace.booking import notifications
from marketplace.booking.cancelling import backfill, clean_reason, policy_of
from marketplace.db import as_system, enqueue, session
from marketplace.kernel import NotAllowedNow, Phrase


def mark_no_show(assignment: Assignment, by: Person, at: datetime) -> list[Offer]:
    """Mark a no-show, from 15 minutes after the start on. The seat is offered to the next best at once."""
    with as_system():
        shift = lock_shift(assignment.shift_id)
        assignment = lock_assignment(assignment.id)
        if at < assignment.starts_at + timedelta(minutes=NO_SHOW_AFTER_MINUTES):
            raise NotAllowedNow(
                "Wait until %(minutes)s minutes after the start before you say so.", minutes=NO_SHOW_AFTER_MINUTES
            )
        assignment.state = LIFE.after(assignment.state, "mark_no_show")
        assignment.points = policy_of(shift.need).no_show_points
        assignment.undo_until = None
        shift.filled_at = None
        record(
            "mark no-show",
            assignment,
            Phrase("%(name)s did not come.", name=assignment.coordinator.name),
            by=by,
            points=assignment.points,
        )
        session.flush()
        enqueue(notifications.notify_no_show, assignment_id=assignment.id)
        return backfill(shift, at)


def uphold(assignment: Assignment, by: Person, reason: str = "") -> None:
    """The agency has looked into it: the no-show stands, with its points."""
    _decide(assignment, "uphold", by, reason)


def excuse(assignment: Assignment, by: Person, reason: str = "") -> None:
    """The agency has looked into it: there was a good reason. No points, and reliability does not count it."""
    _decide(assignment, "excuse", by, reason)


def _decide(assignment: Assignment, act: str, by: Person, reason: str) -> None:
    reason = clean_reason(reason)
    with as_system():
        assignment = lock_assignment(assignment.id)
        assignment.state = LIFE.after(assignment.state, act)
        if assignment.state is AssignmentState.EXCUSED:
            assignment.points = 0
        assignment.cancel_reason = reason or assignment.cancel_reason
        name = assignment.coordinator.name
        upheld = Phrase("The no-show of %(name)s was upheld.", name=name)
        excused = Phrase("The no-show of %(name)s was excused.", name=name)
        record(act, assignment, upheld if act == "uphold" else excused, by=by)
        session.flush()
