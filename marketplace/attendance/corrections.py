"""Hours entered by hand, with a reason: what was punched stays on record."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, lock_assignment, lock_shift
from marketplace.assignments.rules import CLOCK_AFTER_END, CLOCK_IN_BEFORE, LIFE, LIVE_STATES, AssignmentState
from marketplace.attendance.clock_in_checks import may_start
from marketplace.attendance.clocking import ACT, let_shift_follow
from marketplace.attendance.hours_worked import evaluate
from marketplace.attendance.queries import punches_that_count
from marketplace.attendance.rules import CORRECT_BEFORE_START
from marketplace.audit.recording import record
from marketplace.db import as_system, session
from marketplace.kernel import Invalid, NotAllowedNow, Phrase, check_no_patient_data, clean_text
from marketplace.needs.models import Shift
from marketplace.timesheets.models import Punch, PunchSource, TimeEntry
from marketplace.timesheets.queries import entry_of
from marketplace.timesheets.rules import EDITABLE, EntryState, PunchKind

LEADS_TO = {
    PunchKind.IN: AssignmentState.CHECKED_IN,
    PunchKind.BREAK_START: AssignmentState.ON_BREAK,
    PunchKind.BREAK_END: AssignmentState.CHECKED_IN,
    PunchKind.OUT: AssignmentState.CHECKED_OUT,
}


LONGEST_REASON = 500


@dataclass(frozen=True)
class Correction:
    """A punch as it should have been: a new one, or in the place of one that stands (`replaces`)."""

    kind: PunchKind
    at: datetime
    replaces: Punch | None = None


def correct(
    assignment: Assignment, corrections: Sequence[Correction], reason: str, by: Person, at: datetime
) -> TimeEntry:
    """Enter hours by hand. What was punched stays on record; the entry is marked for the approver's eye.

    Raises Invalid at `reason` or `hours`, NotAllowedNow once the hours are handed in or decided.
    """
    reason = clean_text(reason, LONGEST_REASON, "reason")
    if not reason:
        raise Invalid("Say why the clock does not show the right time.", "reason")
    check_no_patient_data(reason, "reason")
    if not corrections:
        raise Invalid("Nothing is different from what the clock has. Change a time, or go back.", "hours")
    with as_system():
        shift = lock_shift(assignment.shift_id)
        held = lock_assignment(assignment.id)
        check_may_be_corrected(held, entry_of(held.id), at)
        standing = {punch.id: punch for punch in punches_that_count(held.id)}
        if not any(punch.kind is PunchKind.IN for punch in standing.values()):
            may_start(held, shift.facility.time_zone, at)
        for each in corrections:
            _check_correction(each, held, shift, standing, at)
            session.add(
                Punch(
                    assignment_id=held.id,
                    coordinator_id=held.coordinator_id,
                    facility_id=held.facility_id,
                    kind=each.kind,
                    at=each.at,
                    recorded_at=at,
                    source=PunchSource.MANUAL,
                    reason=reason,
                    replaces_id=each.replaces.id if each.replaces else None,
                )
            )
        session.flush()
        _bring_to(held, LEADS_TO[punches_that_count(held.id)[-1].kind])
        session.flush()
        let_shift_follow(shift, at)
        entry = evaluate(held, shift, at)
        record("correct_hours", entry, Phrase("Hours entered by hand."), by=by, punches=len(corrections), reason=reason)
    return entry


def check_may_be_corrected(assignment: Assignment, entry: TimeEntry | None, at: datetime) -> None:
    """Raises NotAllowedNow unless the shift has begun, is still theirs, and its hours are not handed in or decided."""
    if assignment.state not in LIVE_STATES:
        raise NotAllowedNow("This shift is not yours any more. If you worked on it, write to the agency.")
    if at < assignment.starts_at - CLOCK_IN_BEFORE:
        raise NotAllowedNow("This shift has not begun.")
    if entry is None or entry.state is EntryState.REJECTED:
        return
    if entry.state is not EntryState.PENDING:
        raise NotAllowedNow("These hours are decided. Ask the facility or the agency to change them.")
    if entry.submitted_at is not None and entry.timesheet.state not in EDITABLE:
        raise NotAllowedNow("These hours wait for approval. Recall the week first, then correct them.")


def _check_correction(
    each: Correction, assignment: Assignment, shift: Shift, standing: dict[int, Punch], at: datetime
) -> None:
    if each.replaces is not None and (
        each.replaces.id not in standing or standing[each.replaces.id].kind is not each.kind
    ):
        raise Invalid("Somebody corrected these hours in the meantime. Open the page again.", "hours")
    if each.at > at:
        raise Invalid("A time in the future cannot be entered.", "hours")
    if not assignment.starts_at - CORRECT_BEFORE_START <= each.at <= assignment.ends_at + CLOCK_AFTER_END:
        raise Invalid(
            "The time must belong to this shift: from 4 hours before its start to 12 hours after its end.", "hours"
        )


def _bring_to(assignment: Assignment, wanted: AssignmentState) -> None:
    """Walk the assignment's life to where the corrected punches end, by the acts of the clock alone."""
    ways = deque([(assignment.state, ())])  # type: deque[tuple[AssignmentState, tuple[str, ...]]]
    seen = {assignment.state}
    while ways:
        state, acts = ways.popleft()
        if state is wanted:
            for act in acts:
                assignment.state = LIFE.after(assignment.state, act)
            return
        for act in ACT.values():
            if LIFE.allows(state, act) and (after := LIFE.after(state, act)) not in seen:
                seen.add(after)
                ways.append((after, (*acts, act)))
