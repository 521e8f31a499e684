"""The week's hours: handed in, recalled, approved entry by entry, disputed, rejected, changed, and taken back in time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    Length,
    NotAllowedNow,
    Phrase,
    check_no_patient_data,
    clean_text,
)
from marketplace.needs.rules import LONGEST_SHIFT, shifts_counted
from marketplace.timesheets import notifications
from marketplace.timesheets.hours_calculation import minutes_by_week, rests_on_what_is_gone
from marketplace.timesheets.locks import entries_for_change, lock_entries, lock_sheet
from marketplace.timesheets.models import TimeEntry, Timesheet
from marketplace.timesheets.rules import DECIDED, ENTRY_LIFE, LIFE, EntryState, TimesheetState, decision
from marketplace.timesheets.segments import append_segments, keep, opposite, standing_segments

LONGEST_REASON = 1000

is_settled: Hook[[Collection[int]], bool] = Hook("timesheets.approvals.is_settled")
"""Asked before an approval is taken back: whether any of these segments stands on an invoice or a pay statement."""


# ---- handing in -------------------------------------------------------------------------------------------------


def submit(sheet: Timesheet, by: Person | None, at: datetime) -> int:
    """Hand the week in; returns how many entries now wait. Raises NotAllowedNow while a shift of it is running.

    `by` is None when the week hands itself in after its end.
    """
    sheet = lock_sheet(sheet.id)
    entries = entries_for_change(TimeEntry.timesheet_id == sheet.id)
    running = session.scalar(
        select(Assignment.id).where(
            Assignment.id.in_([entry.assignment_id for entry in entries]), Assignment.state.in_(WORKING_STATES)
        )
    )
    if running is not None:
        raise NotAllowedNow("You are clocked in to a shift of this week. Clock out first.")
    fresh = [entry for entry in entries if entry.state is EntryState.PENDING and entry.submitted_at is None]
    if not fresh:
        raise NotAllowedNow("There are no hours to hand in for this week.")
    sheet.state = LIFE.after(sheet.state, "submit")
    sheet.submitted_at = at
    for entry in fresh:
        entry.submitted_at, entry.reminded_at, entry.escalated_at = at, None, None
    minutes = sum(entry.paid_minutes for entry in fresh)
    record(
        "submit",
        sheet,
        Phrase("Handed in: %(hours)s in %(shifts)s.", hours=Length(minutes), shifts=shifts_counted(len(fresh))),
        by=by,
    )
    session.flush()
    enqueue(notifications.notify_submitted, timesheet_id=sheet.id)
    return len(fresh)


def recall(sheet: Timesheet, by: Person, at: datetime) -> None:
    """Take the week back to correct it. Raises NotAllowedNow once any entry of what was handed in is decided."""
    sheet = lock_sheet(sheet.id)
    entries = entries_for_change(TimeEntry.timesheet_id == sheet.id)
    since = sheet.submitted_at
    if any(entry.decided_at is not None and since is not None and entry.decided_at >= since for entry in entries):
        raise NotAllowedNow("The first hours of this week are decided already. Write to the facility about the rest.")
    sheet.state = LIFE.after(sheet.state, "recall")
    sheet.submitted_at = None
    for entry in entries:
        if entry.state is EntryState.PENDING:
            entry.submitted_at = None
    record("recall", sheet, Phrase("Recalled to correct it."), by=by)


# ---- deciding ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Approved:
    """The sum of an approval: its entries, payable minutes, and both amounts in cents."""

    entries: tuple[int, ...]
    minutes: int
    bill_cents: int
    pay_cents: int


_APPROVED = N_("Approved: %(hours)s for %(name)s.")
_APPROVED_BY_ITSELF = N_("Approved by itself: %(hours)s for %(name)s, nobody objected in time.")


def approve_entries(
    entry_ids: Collection[int],
    by: Person | None,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Approved:
    """These hours happened: from here they are billed and paid. All of them, or none and a refusal.

    Ask first whether `by` may (policy); None is the house itself when the window is over. Locks assignments, then weeks,
    then entries, each in the order of their ids, so that two approvers come one after the other; then overtime is reckoned
    (29 CFR 778.110), segments with both amounts are appended and posted to the books. With `versions` (by entry id) raises
    ChangedMeanwhile when an entry is no longer what the approver saw; NotAllowedNow when it is decided already.
    """
    entries = lock_entries(entry_ids, versions)
    for entry in entries:
        if not entry.paid_minutes:
            raise NotAllowedNow("There are no hours on this line. Enter minutes with a reason, or reject it.")
        if entry.submitted_at is None:
            raise NotAllowedNow("These hours were not handed in yet.")
        entry.state = ENTRY_LIFE.after(entry.state, "approve")
        entry.decided_at, entry.decided_by_id = at, by.id if by else None
        if ASSIGNMENT_LIFE.allows(entry.assignment.state, "complete"):
            entry.assignment.state = ASSIGNMENT_LIFE.after(entry.assignment.state, "complete")
    made = append_segments(entries, by, at)
    for entry in entries:
        segments = made[entry.id]
        sentence = Phrase(_APPROVED if by else _APPROVED_BY_ITSELF, hours=Length(entry.paid_minutes), name=_name(entry))
        bill = sum(segment.bill_cents for segment in segments)
        record("approve", entry, sentence, by=by, minutes=entry.paid_minutes, bill_cents=bill)
    _settle(entries, by, at)
    every = [segment for segments in made.values() for segment in segments]
    return Approved(
        tuple(entry.id for entry in entries),
        sum(segment.minutes for segment in every),
        sum(segment.bill_cents for segment in every),
        sum(segment.pay_cents for segment in every),
    )


def approve_changed(
    entry_id: int, minutes: int, reason: str, by: Person, at: datetime, version: int | None = None
) -> Approved:
    """Approve other minutes than were worked by the clock, and say why; the coordinator is told.

    Raises Invalid at `minutes` or `reason`; else as `approve_lines`.
    """
    reason = _reason(reason, "reason")
    if not 1 <= minutes <= LONGEST_SHIFT // timedelta(minutes=1):
        raise Invalid("Write hours and minutes between 0:01 and 25:00.", "minutes")
    [entry] = lock_entries([entry_id], {entry_id: version} if version is not None else None)
    if minutes != entry.paid_minutes:
        entry.measured_minutes = entry.paid_minutes if entry.measured_minutes is None else entry.measured_minutes
        before, entry.paid_minutes, entry.decision_reason = entry.paid_minutes, minutes, reason
        record(
            "change_minutes",
            entry,
            Phrase(
                "Minutes changed from %(before)s to %(after)s: %(reason)s",
                before=Length(before),
                after=Length(minutes),
                reason=reason,
            ),
            by=by,
        )
        enqueue(notifications.notify_changed, line_id=entry.id)
    session.flush()
    return approve_entries([entry_id], by, at)


def undo_approvals(entry_ids: Collection[int], by: Person, at: datetime) -> int:
    """Take approvals back within their minutes: every segment gets its exact opposite; returns the minutes taken back.

    Raises NotAllowedNow when the time is over, when the hours stand on an invoice or a pay statement, or when overtime
    approved since was counted on them.
    """
    entries = lock_entries(entry_ids)
    for entry in entries:
        if entry.state is not EntryState.APPROVED:
            raise NotAllowedNow("These hours are not approved any more.")
        if entry.undo_until(at) is None:
            raise NotAllowedNow("The ten minutes to undo are over. Ask the agency for a correction.")
    weeks = {
        (entry.coordinator_id, entry.facility_id, monday) for entry in entries for monday in minutes_by_week(entry)
    }
    standing = standing_segments([entry.id for entry in entries])
    if any(is_settled([segment.id for segment in standing])):
        raise NotAllowedNow(
            "These hours are on an invoice or a pay statement already. Ask the agency for a correction."
        )
    keep([opposite(segment, by, at) for segment in standing])
    if rests_on_what_is_gone(weeks):
        raise NotAllowedNow(
            "Overtime of the same week was counted on these hours. Undo those later approvals together with this one."
        )
    for entry in entries:
        entry.state = ENTRY_LIFE.after(entry.state, "undo")
        entry.decided_at = entry.decided_by_id = None
        # The window begins again: the person who undoes an approval wants to look again.
        entry.submitted_at = at
        if entry.measured_minutes is not None:
            entry.paid_minutes, entry.measured_minutes, entry.decision_reason = entry.measured_minutes, None, ""
        record("undo_approval", entry, Phrase("Approval for %(name)s undone.", name=_name(entry)), by=by)
    _settle(entries, by, at)
    return sum(segment.minutes for segment in standing)


def dispute(entry_id: int, reason: str, by: Person, at: datetime, version: int | None = None) -> None:
    """Say that these hours are not right. The other entries of the week go on: they are billed and paid now."""
    reason = _reason(reason, "reason")
    [entry] = lock_entries([entry_id], {entry_id: version} if version is not None else None)
    _check_handed_in(entry)
    entry.state = ENTRY_LIFE.after(entry.state, "dispute")
    entry.dispute_reason, entry.decided_at, entry.decided_by_id = reason, at, by.id
    _record_with_reason("dispute", entry, N_("Disputed: %(hours)s of %(name)s. %(reason)s"), reason, by)
    _settle([entry], by, at)
    enqueue(notifications.notify_disputed, line_id=entry.id)


def withdraw_dispute(entry_id: int, by: Person, at: datetime, version: int | None = None) -> None:
    """The dispute is settled: the entry waits for approval again."""
    [entry] = lock_entries([entry_id], {entry_id: version} if version is not None else None)
    entry.state = ENTRY_LIFE.after(entry.state, "withdraw")
    entry.decided_at = entry.decided_by_id = None
    entry.submitted_at = at
    record(
        "withdraw_dispute", entry, Phrase("Dispute about the hours of %(name)s withdrawn.", name=_name(entry)), by=by
    )
    _settle([entry], by, at)


def reject(entry_id: int, reason: str, by: Person, at: datetime, version: int | None = None) -> None:
    """Give the hours back to the coordinator with a reason: they correct the hours and hand them in again."""
    reason = _reason(reason, "reason")
    [entry] = lock_entries([entry_id], {entry_id: version} if version is not None else None)
    _check_handed_in(entry)
    entry.state = ENTRY_LIFE.after(entry.state, "reject")
    entry.decision_reason, entry.decided_at, entry.decided_by_id = reason, at, by.id
    _record_with_reason("reject", entry, N_("Rejected: %(hours)s of %(name)s. %(reason)s"), reason, by)
    _settle([entry], by, at)
    enqueue(notifications.notify_rejected, line_id=entry.id)


def _record_with_reason(act: str, entry: TimeEntry, sentence: str, reason: str, by: Person) -> None:
    hours = Length(entry.paid_minutes)
    record(act, entry, Phrase(sentence, hours=hours, name=_name(entry), reason=reason), by=by)


def _reason(text: str, field: str) -> str:
    text = clean_text(text, LONGEST_REASON, field, multiline=True)
    if not text:
        raise Invalid("Say why, in a sentence the coordinator can act on.", field)
    check_no_patient_data(text, field)
    return text


def _check_handed_in(entry: TimeEntry) -> None:
    if entry.submitted_at is None:
        raise NotAllowedNow("These hours were not handed in yet.")


def _settle(entries: Iterable[TimeEntry], by: Person | None, at: datetime) -> None:
    """The week follows its entries, unless the coordinator has it open."""
    session.flush()
    sheets = {entry.timesheet.id: entry.timesheet for entry in entries}
    every: dict[int, list[tuple[EntryState, bool]]] = defaultdict(list)
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


def _name(entry: TimeEntry) -> str:
    return entry.timesheet.coordinator.name
