"""From the punches of a shift to its entry on the week's timesheet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.assignments.models import Assignment
from marketplace.attendance.exceptions import Remark, exceptions
from marketplace.attendance.queries import punches_that_count
from marketplace.attendance.worked_time import WorkedTime, paid_minutes_by_week, worked
from marketplace.contracts.models import Agreement
from marketplace.db import session
from marketplace.kernel import NotAllowedNow, local_day, week_start
from marketplace.needs.models import Shift
from marketplace.needs.queries import active_contract
from marketplace.timesheets.models import Punch, PunchSource, TimeEntry, Timesheet
from marketplace.timesheets.rules import EDITABLE, ENTRY_LIFE, LIFE, EntryState, TimesheetState


def evaluate(assignment: Assignment, shift: Shift, at: datetime) -> TimeEntry:
    """Write down what the punches come to, on the timesheet of the week the shift was planned to start in.

    To be called by the system with shift and assignment locked; locks the timesheet. Raises NotAllowedNow when the entry
    has been decided: what was approved is changed by those who approved it, never by another punch.
    """
    punches = punches_that_count(assignment.id)
    zone = shift.facility.time_zone
    work = worked(punches, _rounding(shift))
    sheet = _sheet(assignment, zone)
    entry = session.scalars(
        select(TimeEntry).where(TimeEntry.assignment_id == assignment.id).execution_options(populate_existing=True)
    ).one_or_none()
    if entry is None:
        entry = TimeEntry(
            timesheet_id=sheet.id,
            assignment_id=assignment.id,
            coordinator_id=assignment.coordinator_id,
            facility_id=assignment.facility_id,
            state=EntryState.PENDING,
        )
        session.add(entry)
        _make_room(sheet)
    elif entry.state is EntryState.REJECTED:
        entry.state = ENTRY_LIFE.after(entry.state, "correct")
        entry.submitted_at = entry.decided_at = entry.decided_by_id = None
        if sheet.state is TimesheetState.REJECTED:
            sheet.state = LIFE.after(sheet.state, "reopen")
    elif entry.state is not EntryState.PENDING:
        raise NotAllowedNow(
            "These hours are already decided. Ask the facility or the agency to change them on the timesheet."
        )
    if sheet.state is TimesheetState.SUBMITTED and entry.submitted_at is None:
        entry.submitted_at = at
    _write(entry, assignment, work, zone, [remark.kept for remark in _remarks(assignment, work, punches)])
    session.flush()
    return entry


def _remarks(assignment: Assignment, work: WorkedTime, punches: Sequence[Punch]) -> list[Remark]:
    by_hand = any(punch.source is PunchSource.MANUAL for punch in punches)
    return exceptions(assignment.span, work, manual=by_hand)


def _write(entry: TimeEntry, assignment: Assignment, work: WorkedTime, zone: str, remarks: list[str]) -> None:
    present = work.presence
    entry.starts_at = present.start if present else assignment.starts_at
    entry.ends_at = present.end if present else assignment.starts_at
    entry.break_minutes = work.break_minutes
    entry.paid_minutes = work.paid_minutes
    entry.measured_minutes = None
    entry.week_minutes = {monday.isoformat(): minutes for monday, minutes in paid_minutes_by_week(work, zone).items()}
    entry.exceptions = remarks


def _rounding(shift: Shift) -> int:
    """Of the contract the shift was posted under, else of the one in force; no contract rounds nothing."""
    terms = shift.need.agreement_id
    agreement = session.get(Agreement, terms) if terms is not None else active_contract(shift.facility_id)
    return agreement.rounding_minutes if agreement else 0


def _sheet(assignment: Assignment, zone: str) -> Timesheet:
    """The week's timesheet, made at the first entry, locked. A shift belongs to the week it starts."""
    week = week_start(local_day(assignment.starts_at, zone))
    key = {"coordinator_id": assignment.coordinator_id, "facility_id": assignment.facility_id, "week": week}
    session.execute(insert(Timesheet).values(**key, time_zone=zone).on_conflict_do_nothing())
    return session.scalars(
        select(Timesheet).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    ).one()


def _make_room(sheet: Timesheet) -> None:
    """A new entry on a week that was decided opens it again; what is decided on it stays so."""
    if sheet.state not in EDITABLE and sheet.state is not TimesheetState.SUBMITTED:
        sheet.state = LIFE.after(sheet.state, "reopen")
