"""What happens to forgotten clocks by itself."""

from marketplace.assignments.models import lock_assignment, lock_shift
from marketplace.assignments.rules import LIFE, WORKING_STATES
from marketplace.attendance.hours_worked import evaluate
from marketplace.attendance.queries import forgotten_clocks
from marketplace.audit.recording import record
from marketplace.db import jobs_app, session
from marketplace.kernel import Phrase, now


@jobs_app.task(name="timesheets.close_forgotten_clocks", queueing_lock="timesheets.close_forgotten_clocks")
def close_forgotten_clocks(timestamp: int = 0) -> int:
    """Nobody clocked out and it is too late to: the entry is written with what is missing, for the coordinator to complete."""
    at, done = now(), 0
    for found in session.scalars(forgotten_clocks(at)).all():
        shift = lock_shift(found.shift_id)
        held = lock_assignment(found.id)
        if held.state not in WORKING_STATES:
            continue
        held.state = LIFE.after(held.state, "check_out")
        entry = evaluate(held, shift, at)
        record("close_forgotten_clock", entry, Phrase("Nobody clocked out; the hours have to be entered by hand."))
        done += 1
    return done
