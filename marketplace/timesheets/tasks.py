"""What happens to hours by itself: weeks that hand themselves in, reminders, approval after the window."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from sqlalchemy import select

from marketplace.assignments.rules import CLOCK_AFTER_END
from marketplace.db import enqueue, jobs_app, session
from marketplace.facilities.models import Facility
from marketplace.kernel import NotAllowedNow, now, workweek
from marketplace.timesheets.approvals import approve_entries, submit
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.notifications import notify_overdue, notify_reminded
from marketplace.timesheets.queries import unsent_weeks, waiting_since
from marketplace.timesheets.rules import APPROVAL_WINDOW


@jobs_app.task(name="timesheets.submit_finished_weeks", queueing_lock="timesheets.submit_finished_weeks")
def submit_finished_weeks(timestamp: int = 0) -> int:
    """Weeks that are over hand themselves in, after the last night shift had its time to clock out."""
    at, done = now(), 0
    for sheet in session.scalars(unsent_weeks(at.date())).all():
        if workweek(sheet.week, ZoneInfo(sheet.time_zone)).end + 2 * CLOCK_AFTER_END > at:
            continue
        try:
            submit(sheet, None, at)
        except NotAllowedNow:  # a shift of it is still running
            continue
        done += 1
    return done


@jobs_app.task(name="timesheets.remind_approvers", queueing_lock="timesheets.remind_approvers")
def remind_approvers(timestamp: int = 0) -> int:
    """At half of the window a reminder; after the window the agency hears of what nobody decided. Returns how many entries."""
    at = now()
    due: dict[int, list[TimeEntry]] = defaultdict(list)
    late: dict[int, list[TimeEntry]] = defaultdict(list)
    for entry in session.scalars(waiting_since(at - APPROVAL_WINDOW / 2).with_for_update()):
        assert entry.submitted_at is not None
        if entry.submitted_at <= at - APPROVAL_WINDOW:
            if entry.escalated_at is None and not entry.is_clean:
                late[entry.facility_id].append(entry)
        elif entry.reminded_at is None:
            due[entry.facility_id].append(entry)
    facilities = {
        facility.id: facility for facility in session.scalars(select(Facility).where(Facility.id.in_({*due, *late})))
    }
    for facility_id, entries in due.items():
        first = min(entry.submitted_at for entry in entries if entry.submitted_at is not None)
        notify_reminded(facility_id, len(entries), first + APPROVAL_WINDOW, facilities[facility_id].time_zone)
        for entry in entries:
            entry.reminded_at = at
    for facility_id, entries in late.items():
        notify_overdue(facilities[facility_id].name, facility_id, len(entries))
        for entry in entries:
            entry.escalated_at = at
    return sum(map(len, [*due.values(), *late.values()]))


@jobs_app.task(name="timesheets.approve_after_window", queueing_lock="timesheets.approve_after_window")
def approve_after_window(timestamp: int = 0) -> int:
    """Every facility with clean entries past the window gets a job of its own, so that one never holds up another."""
    entries = session.scalars(waiting_since(now() - APPROVAL_WINDOW))
    due = sorted({entry.facility_id for entry in entries if entry.is_clean})
    for facility_id in due:
        enqueue(approve_due_entries, facility_id=facility_id, lock=f"timesheets.approve:{facility_id}")
    return len(due)


@jobs_app.task(name="timesheets.approve_due_lines", retry=3)
def approve_due_entries(facility_id: int) -> int:
    """Approve the clean entries of one facility whose window is over. Returns how many."""
    at = now()
    entries = session.scalars(waiting_since(at - APPROVAL_WINDOW).where(TimeEntry.facility_id == facility_id)).all()
    due = {entry.id: entry.version for entry in entries if entry.is_clean}
    if due:
        approve_entries(list(due), None, at, due)
    return len(due)
