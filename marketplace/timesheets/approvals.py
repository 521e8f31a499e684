"""The week's hours: handed in, recalled, approved line by line, disputed, rejected, changed, and taken back in time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import LIFE as ASSIGNMENT_LIFE
from marketplace.assignments.rules import WORKING_STATES
from marketplace.audit.recording import record
from marketplace.db import enqueue, session
from marketplace.kernel import (
    N_,
    Hook,
    Invalid,
    NotAllowedNow,
    Phrase,
    check_no_patient_data,
    clean_text,
    hours_and_minutes,
)
from marketplace.needs.rules import shifts_counted
from marketplace.timesheets import notifications
from marketplace.timesheets.hours_calculation import minutes_by_week, rests_on_what_is_gone
from marketplace.timesheets.locks import lines_for_change, lock_lines, lock_sheet
from marketplace.timesheets.models import TimeEntry, Timesheet
from marketplace.timesheets.rules import DECIDED, LIFE, LINE_LIFE, LineState, TimesheetState, decision
from marketplace.timesheets.segments import append_segments, keep, opposite, standing_segments

LONGEST_REASON = 1000
LONGEST_SHIFT = 25 * 60

is_settled: Hook[[Collection[int]], bool] = Hook("timesheets.approvals.is_settled")
"""Asked before an approval is taken back: whether any of these segments stands on an invoice or a pay statement."""


# ---- handing in -------------------------------------------------------------------------------------------------


def submit(sheet: Timesheet, by: Person | None, at: datetime) -> int:
    """Hand the week in; returns how many lines now wait. Raises NotAllowedNow while a shift of it is running.

    `by` is None when the week hands itself in after its end.
    """
    sheet = lock_sheet(sheet.id)
    lines = lines_for_change(TimeEntry.timesheet_id == sheet.id)
    running = session.scalar(
        select(Assignment.id).where(
            Assignment.id.in_([line.assignment_id for line in lines]), Assignment.state.in_(WORKING_STATES)
        )
    )
    if running is not None:
        raise NotAllowedNow("You are clocked in to a shift of this week. Clock out first.")
    fresh = [line for line in lines if line.state is LineState.PENDING and line.submitted_at is None]
    if not fresh:
        raise NotAllowedNow("There are no hours to hand in for this week.")
    sheet.state = LIFE.after(sheet.state, "submit")
    sheet.submitted_at = at
    for line in fresh:
        line.submitted_at, line.reminded_at, line.escalated_at = at, None, None
    minutes = sum(line.paid_minutes for line in fresh)
    record(
        "submit",
        sheet,
        Phrase(
            "Handed in: %(hours)s h in %(shifts)s.", hours=hours_and_minutes(minutes), shifts=shifts_counted(len(fresh))
        ),
        by=by,
    )
    session.flush()
    enqueue(notifications.notify_submitted, timesheet_id=sheet.id)
    return len(fresh)


def recall(sheet: Timesheet, by: Person, at: datetime) -> None:
    """Take the week back to correct it. Raises NotAllowedNow once any line of what was handed in is decided."""
    sheet = lock_sheet(sheet.id)
    lines = lines_for_change(TimeEntry.timesheet_id == sheet.id)
    since = sheet.submitted_at
    if any(line.decided_at is not None and since is not None and line.decided_at >= since for line in lines):
        raise NotAllowedNow("The first hours of this week are decided already. Write to the facility about the rest.")
    sheet.state = LIFE.after(sheet.state, "recall")
    sheet.submitted_at = None
    for line in lines:
        if line.state is LineState.PENDING:
            line.submitted_at = None
    record("recall", sheet, Phrase("Recalled to correct it."), by=by)


# ---- deciding ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Approved:
    """What an approval came to: how many lines, payable minutes, and both amounts in cents."""

    lines: tuple[int, ...]
    minutes: int
    bill_cents: int
    pay_cents: int


_APPROVED = N_("Approved: %(hours)s h for %(name)s.")
_APPROVED_BY_ITSELF = N_("Approved by itself: %(hours)s h for %(name)s, nobody objected in time.")


def approve_lines(
    line_ids: Collection[int],
    by: Person | None,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Approved:
    """These hours happened: from here they are billed and paid. All of them, or none and a refusal.

    Ask first whether `by` may (policy); None is the house itself when the window is over. Locks assignments, then weeks,
    then lines, each in the order of their ids, so that two approvers come one after the other; then overtime is reckoned
    (29 CFR 778.110), segments with both amounts are appended and posted to the books. With `versions` (by line id) raises
    ChangedMeanwhile when a line is no longer what the approver saw; NotAllowedNow when it is decided already.
    """
    lines = lock_lines(line_ids, versions)
    for line in lines:
        if not line.paid_minutes:
            raise NotAllowedNow("There are no hours on this line. Enter minutes with a reason, or reject it.")
        if line.submitted_at is None:
            raise NotAllowedNow("These hours were not handed in yet.")
        line.state = LINE_LIFE.after(line.state, "approve")
        line.decided_at, line.decided_by_id = at, by.id if by else None
        if ASSIGNMENT_LIFE.allows(line.assignment.state, "complete"):
            line.assignment.state = ASSIGNMENT_LIFE.after(line.assignment.state, "complete")
    made = append_segments(lines, by, at)
    for line in lines:
        segments = made[line.id]
        sentence = Phrase(
            _APPROVED if by else _APPROVED_BY_ITSELF, hours=hours_and_minutes(line.paid_minutes), name=_name(line)
        )
        bill = sum(segment.bill_cents for segment in segments)
        record("approve", line, sentence, by=by, minutes=line.paid_minutes, bill_cents=bill)
    _settle(lines, by, at)
    every = [segment for segments in made.values() for segment in segments]
    return Approved(
        tuple(line.id for line in lines),
        sum(segment.minutes for segment in every),
        sum(segment.bill_cents for segment in every),
        sum(segment.pay_cents for segment in every),
    )


def approve_changed(
    line_id: int, minutes: int, reason: str, by: Person, at: datetime, version: int | None = None
) -> Approved:
    """Approve other minutes than were worked by the clock, and say why; the coordinator is told.

    Raises Invalid at `minutes` or `reason`; else as `approve_lines`.
    """
    reason = _reason(reason, "reason")
    if not 1 <= minutes <= LONGEST_SHIFT:
        raise Invalid("Write hours and minutes between 0:01 and 25:00.", "minutes")
    [line] = lock_lines([line_id], {line_id: version} if version is not None else None)
    if minutes != line.paid_minutes:
        line.measured_minutes = line.paid_minutes if line.measured_minutes is None else line.measured_minutes
        before, line.paid_minutes, line.decision_reason = line.paid_minutes, minutes, reason
        record(
            "change_minutes",
            line,
            Phrase(
                "Minutes changed from %(before)s to %(after)s: %(reason)s",
                before=hours_and_minutes(before),
                after=hours_and_minutes(minutes),
                reason=reason,
            ),
            by=by,
        )
        enqueue(notifications.notify_changed, line_id=line.id)
    session.flush()
    return approve_lines([line_id], by, at)


def undo_approvals(line_ids: Collection[int], by: Person, at: datetime) -> int:
    """Take approvals back within their minutes: every segment gets its exact opposite; returns the minutes taken back.

    Raises NotAllowedNow when the time is over, when the hours stand on an invoice or a pay statement, or when overtime
    approved since was counted on them.
    """
    lines = lock_lines(line_ids)
    for line in lines:
        if line.state is not LineState.APPROVED:
            raise NotAllowedNow("These hours are not approved any more.")
        if line.undo_until(at) is None:
            raise NotAllowedNow("The ten minutes to undo are over. Ask the agency for a correction.")
    weeks = {(line.coordinator_id, line.facility_id, monday) for line in lines for monday in minutes_by_week(line)}
    standing = standing_segments([line.id for line in lines])
    if any(is_settled([segment.id for segment in standing])):
        raise NotAllowedNow(
            "These hours are on an invoice or a pay statement already. Ask the agency for a correction."
        )
    keep([opposite(segment, by, at) for segment in standing])
    if rests_on_what_is_gone(weeks):
        raise NotAllowedNow(
            "Overtime of the same week was counted on these hours. Undo those later approvals together with this one."
        )
    for line in lines:
        line.state = LINE_LIFE.after(line.state, "undo")
        line.decided_at = line.decided_by_id = None
        # The window begins anew: whoever takes back an approval wants to look again.
        line.submitted_at = at
        if line.measured_minutes is not None:
            line.paid_minutes, line.measured_minutes, line.decision_reason = line.measured_minutes, None, ""
        record("undo_approval", line, Phrase("Approval for %(name)s undone.", name=_name(line)), by=by)
    _settle(lines, by, at)
    return sum(segment.minutes for segment in standing)


def dispute(line_id: int, reason: str, by: Person, at: datetime, version: int | None = None) -> None:
    """Say that these hours are not right. The other lines of the week go on: they are billed and paid now."""
    reason = _reason(reason, "reason")
    [line] = lock_lines([line_id], {line_id: version} if version is not None else None)
    _check_handed_in(line)
    line.state = LINE_LIFE.after(line.state, "dispute")
    line.dispute_reason, line.decided_at, line.decided_by_id = reason, at, by.id
    _record_with_reason("dispute", line, N_("Disputed: %(hours)s h of %(name)s. %(reason)s"), reason, by)
    _settle([line], by, at)
    enqueue(notifications.notify_disputed, line_id=line.id)


def withdraw_dispute(line_id: int, by: Person, at: datetime, version: int | None = None) -> None:
    """The dispute is settled: the line waits for approval again."""
    [line] = lock_lines([line_id], {line_id: version} if version is not None else None)
    line.state = LINE_LIFE.after(line.state, "withdraw")
    line.decided_at = line.decided_by_id = None
    line.submitted_at = at
    record("withdraw_dispute", line, Phrase("Dispute about the hours of %(name)s withdrawn.", name=_name(line)), by=by)
    _settle([line], by, at)


def reject(line_id: int, reason: str, by: Person, at: datetime, version: int | None = None) -> None:
    """Give the hours back to the coordinator with a reason: they correct the hours and hand them in again."""
    reason = _reason(reason, "reason")
    [line] = lock_lines([line_id], {line_id: version} if version is not None else None)
    _check_handed_in(line)
    line.state = LINE_LIFE.after(line.state, "reject")
    line.decision_reason, line.decided_at, line.decided_by_id = reason, at, by.id
    _record_with_reason("reject", line, N_("Rejected: %(hours)s h of %(name)s. %(reason)s"), reason, by)
    _settle([line], by, at)
    enqueue(notifications.notify_rejected, line_id=line.id)


def _record_with_reason(act: str, line: TimeEntry, sentence: str, reason: str, by: Person) -> None:
    hours = hours_and_minutes(line.paid_minutes)
    record(act, line, Phrase(sentence, hours=hours, name=_name(line), reason=reason), by=by)


def _reason(text: str, field: str) -> str:
    text = clean_text(text, LONGEST_REASON, field, multiline=True)
    if not text:
        raise Invalid("Say why, in a sentence the coordinator can act on.", field)
    check_no_patient_data(text, field)
    return text


def _check_handed_in(line: TimeEntry) -> None:
    if line.submitted_at is None:
        raise NotAllowedNow("These hours were not handed in yet.")


def _settle(lines: Iterable[TimeEntry], by: Person | None, at: datetime) -> None:
    """The week follows its lines, unless the coordinator has it open."""
    session.flush()
    sheets = {line.timesheet.id: line.timesheet for line in lines}
    every: dict[int, list[tuple[LineState, bool]]] = defaultdict(list)
    for key, state, changed in session.execute(
        select(TimeEntry.timesheet_id, TimeEntry.state, TimeEntry.measured_minutes.is_not(None)).where(
            TimeEntry.timesheet_id.in_(sheets)
        )
    ):
        every[key].append((state, changed))
    for sheet in sheets.values():
        if sheet.state is TimesheetState.OPEN:
            continue
        act = decision(every[sheet.id])
        if DECIDED[act] is sheet.state:
            continue
        if sheet.state is not TimesheetState.SUBMITTED:  # whatever it came to before is looked at anew
            sheet.state = LIFE.after(sheet.state, "undo")
        if act is not None:
            sheet.state = LIFE.after(sheet.state, act)
        sheet.decided_at, sheet.decided_by_id = (at, by.id if by else None) if act else (None, None)
    session.flush()


def _name(line: TimeEntry) -> str:
    return line.timesheet.coordinator.name
