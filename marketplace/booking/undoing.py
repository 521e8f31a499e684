"""Undoing a booking inside its undo window, with the offers it had superseded."""

from datetime import datetime

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, lock_assignment, lock_coordinator, lock_shift
from marketplace.assignments.policy import check_may_undo
from marketplace.assignments.rules import LIFE
from marketplace.audit.recording import record
from marketplace.booking import notifications
from marketplace.booking.booking import in_words
from marketplace.booking.superseded_offers import restore_offers
from marketplace.db import as_system, enqueue, session
from marketplace.kernel import Phrase


def undo(assignment: Assignment, by: Person, at: datetime) -> None:
    """Undo a booking inside its undo window: free the seat and re-open its offer.

    The offers it superseded are re-opened too, where they can still be answered. Raises NotPermitted for the other side,
    NotAllowedNow when the window is over or the shift has begun.
    """
    with as_system():
        shift = lock_shift(assignment.shift_id)
        lock_coordinator(assignment.coordinator_id)
        assignment = lock_assignment(assignment.id)
        check_may_undo(by, assignment, at)
        assignment.state = LIFE.after(assignment.state, "undo")
        shift.filled_at = None
        session.flush()
        restore_offers(assignment, at)
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
        enqueue(notifications.notify_undone, assignment_id=assignment.id, by_id=by.id)
