"""The shift report: what was done, counted by duty. It may be changed until the hours are approved."""

from datetime import datetime

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import AssignmentState
from marketplace.audit.recording import record
from marketplace.db import session
from marketplace.kernel import N_, NotAllowedNow, check_no_patient_data, counted
from marketplace.timesheets.models import ShiftReport, TimeEntry
from marketplace.timesheets.rules import EntryState

REPORTED_FROM = frozenset({AssignmentState.CHECKED_OUT, AssignmentState.COMPLETED})


def check_may_be_reported(assignment: Assignment, entry: TimeEntry | None) -> None:
    """Raises NotAllowedNow before clocking out, and once the hours are approved."""
    if assignment.state not in REPORTED_FROM:
        raise NotAllowedNow("The report is written after clocking out.")
    if entry is not None and entry.state is EntryState.APPROVED:
        raise NotAllowedNow("The hours are approved, so the report stands. Write to the facility if it is wrong.")


def write_report(
    assignment: Assignment, counts: dict[str, int], tickets: list[str], note: str, by: Person, at: datetime
) -> ShiftReport:
    """Write the report, or write it anew. Raises Invalid at `tickets` or `note` for anything that identifies a patient."""
    entry = session.scalars(
        select(TimeEntry).where(TimeEntry.assignment_id == assignment.id).with_for_update()
    ).one_or_none()
    check_may_be_reported(assignment, entry)
    for ticket in tickets:
        check_no_patient_data(ticket, "tickets")
    check_no_patient_data(note, "note")
    report = session.scalars(select(ShiftReport).where(ShiftReport.assignment_id == assignment.id)).one_or_none()
    if report is None:
        report = ShiftReport(
            assignment_id=assignment.id, coordinator_id=assignment.coordinator_id, facility_id=assignment.facility_id
        )
        session.add(report)
    report.counts, report.tickets, report.note, report.written_at = counts, tickets, note, at
    session.flush()
    record(
        "report",
        report,
        counted(
            len(tickets),
            N_("Shift report: %(counted)s counted, 1 ticket."),
            N_("Shift report: %(counted)s counted, %(count)s tickets."),
            counted=sum(counts.values()),
        ),
        by=by,
    )
    return report
