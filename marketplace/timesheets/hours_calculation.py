"""From punches to a line of hours on the week's timesheet, and from approved lines to segments at frozen rates."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Date, DateTime, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from marketplace.assignments.models import Assignment
from marketplace.contracts.models import Agreement, Overtime
from marketplace.db import session
from marketplace.kernel import NotAllowedNow, local_day, split, week_start
from marketplace.needs.models import Need, Shift
from marketplace.needs.queries import active_contract
from marketplace.timesheets.exceptions import Remark, exceptions
from marketplace.timesheets.models import Punch, PunchSource, TimeEntry, TimeSegment, Timesheet
from marketplace.timesheets.overtime import WEEKLY_THRESHOLD_MINUTES, EarnCode, Segment, WeekEntry, weekly_overtime
from marketplace.timesheets.rules import EDITABLE, LIFE, LINE_LIFE, LineState, TimesheetState
from marketplace.timesheets.worked_time import WorkedTime, paid_minutes_by_week, worked

# ---- from punches to a line -------------------------------------------------------------------------------------


def punches_that_count(assignment_id: int) -> list[Punch]:
    """The punches of a shift in order of time, without those that were corrected by a later one. One statement."""
    replaced = select(Punch.replaces_id).where(Punch.assignment_id == assignment_id, Punch.replaces_id.is_not(None))
    return list(
        session.scalars(
            select(Punch)
            .where(Punch.assignment_id == assignment_id, Punch.id.not_in(replaced))
            .order_by(Punch.at, Punch.id)
        )
    )


def evaluate(assignment: Assignment, shift: Shift, at: datetime) -> TimeEntry:
    """Write down what the punches come to, on the timesheet of the week the shift was planned to start in.

    To be called by the system with shift and assignment locked; locks the timesheet. Raises NotAllowedNow when the line
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
            state=LineState.PENDING,
        )
        session.add(entry)
        _make_room(sheet)
    elif entry.state is LineState.REJECTED:
        entry.state = LINE_LIFE.after(entry.state, "correct")
        entry.submitted_at = entry.decided_at = entry.decided_by_id = None
        if sheet.state is TimesheetState.REJECTED:
            sheet.state = LIFE.after(sheet.state, "reopen")
    elif entry.state is not LineState.PENDING:
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
    """The week's timesheet, made at the first line, locked. A shift belongs to the week it starts."""
    week = week_start(local_day(assignment.starts_at, zone))
    key = {"coordinator_id": assignment.coordinator_id, "facility_id": assignment.facility_id, "week": week}
    session.execute(insert(Timesheet).values(**key, time_zone=zone).on_conflict_do_nothing())
    return session.scalars(
        select(Timesheet).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    ).one()


def _make_room(sheet: Timesheet) -> None:
    """A new line on a week that was decided opens it again; what is decided on it stays so."""
    if sheet.state not in EDITABLE and sheet.state is not TimesheetState.SUBMITTED:
        sheet.state = LIFE.after(sheet.state, "reopen")


# ---- from approved lines to segments ----------------------------------------------------------------------------


@dataclass(frozen=True)
class PlannedSegment:
    """A segment that approving a line will append, with the local day its minutes are counted on."""

    segment: Segment
    work_day: date


def with_terms() -> tuple[Any, ...]:
    """What a query of lines must load for `planned_segments`."""
    return (
        joinedload(TimeEntry.timesheet),
        joinedload(TimeEntry.assignment).joinedload(Assignment.shift).joinedload(Shift.need).joinedload(Need.agreement),
    )


def planned_segments(entries: Collection[TimeEntry]) -> dict[int, list[PlannedSegment]]:
    """What each line will be billed and paid when these are approved together, by its id (loaded `with_terms`).

    Overtime is counted per coordinator, facility and local workweek, in the order of work; minutes that have their
    segments come first and stay as they are. Two statements at most, none without entries.
    """
    weeks: dict[Week, list[tuple[TimeEntry, int]]] = defaultdict(list)
    for entry in entries:
        for monday, minutes in minutes_by_week(entry).items():
            weeks[entry.coordinator_id, entry.facility_id, monday].append((entry, minutes))
    counted = counted_minutes(weeks)
    contracts = {
        facility: active_contract(facility)
        for facility in {entry.facility_id for entry in entries if entry.assignment.shift.need.agreement is None}
    }
    planned: dict[int, list[PlannedSegment]] = {entry.id: [] for entry in entries}
    for key in sorted(weeks):
        lines, before = weeks[key], counted.get(key, [])
        free: list[WeekEntry] = []
        bound: list[WeekEntry] = []
        for entry, minutes in lines:
            terms = entry.assignment.shift.need.agreement or contracts[entry.facility_id]
            group = bound if terms is not None and terms.overtime is Overtime.WEEKLY else free
            group.append(_week_entry(entry, minutes))
        by_id = {entry.id: entry for entry, _ in lines}
        for segment in [
            *weekly_overtime(free, threshold_minutes=None, before=before),
            *weekly_overtime(bound, before=[*before, *free]),
        ]:
            planned[segment.ref].append(PlannedSegment(segment, _work_day(by_id[segment.ref], key[2])))
    return planned


def minutes_by_week(entry: TimeEntry) -> dict[date, int]:
    """The line's payable minutes by Monday; minutes that somebody changed keep the proportion of the measured ones."""
    kept = {date.fromisoformat(monday): minutes for monday, minutes in sorted(entry.week_minutes.items()) if minutes}
    if not kept:
        return {week_start(_local_start(entry)): entry.paid_minutes} if entry.paid_minutes else {}
    shares = split(entry.paid_minutes, list(kept.values()))
    return {monday: share for monday, share in zip(kept, shares, strict=True) if share}


def _week_entry(entry: TimeEntry, minutes: int) -> WeekEntry:
    terms = entry.assignment
    return WeekEntry(entry.id, entry.starts_at, minutes, terms.bill_rate_cents, terms.pay_rate_cents)


def _local_start(entry: TimeEntry) -> date:
    return local_day(entry.starts_at, entry.timesheet.time_zone)


def _work_day(entry: TimeEntry, monday: date) -> date:
    """The day the minutes of that week began on: the start, or Monday for what runs over from Sunday night."""
    return max(_local_start(entry), monday)


Week = tuple[int, int, date]
"""Coordinator, facility, Monday."""


class _Standing(NamedTuple):
    """Approved minutes of one line in one week, net of corrections."""

    entry: WeekEntry
    overtime: int


def counted_minutes(weeks: Iterable[Week]) -> dict[Week, list[WeekEntry]]:
    """Minutes of these weeks that have their segments, in the order of work. One statement."""
    return {week: [line.entry for line in lines] for week, lines in _standing(weeks).items()}


def rests_on_what_is_gone(weeks: Iterable[Week]) -> bool:
    """Whether in one of the weeks overtime stands beside fewer than forty regular hours.

    It was counted on hours that have been taken back since. One statement.
    """
    for lines in _standing(weeks).values():
        overtime = sum(line.overtime for line in lines)
        regular = sum(line.entry.minutes for line in lines) - overtime
        if overtime and regular < WEEKLY_THRESHOLD_MINUTES:
            return True
    return False


def _standing(weeks: Iterable[Week]) -> dict[Week, list[_Standing]]:
    wanted = set(weeks)
    if not wanted:
        return {}
    mondays = [monday for _, _, monday in wanted]
    whose = {(coordinator, facility) for coordinator, facility, _ in wanted}
    minutes = func.sum(TimeSegment.minutes)
    monday = cast(func.date_trunc("week", cast(TimeSegment.work_day, DateTime)), Date)
    rows = session.execute(
        select(
            TimeSegment.coordinator_id,
            TimeSegment.facility_id,
            monday,
            TimeSegment.time_entry_id,
            TimeEntry.starts_at,
            minutes,
            Assignment.bill_rate_cents,
            Assignment.pay_rate_cents,
            func.coalesce(minutes.filter(TimeSegment.earn_code == EarnCode.OVERTIME), 0),
        )
        .join(TimeEntry, TimeEntry.id == TimeSegment.time_entry_id)
        .join(Assignment, Assignment.id == TimeSegment.assignment_id)
        .where(
            TimeSegment.kind == "hours",
            TimeSegment.work_day >= min(mondays),
            TimeSegment.work_day < max(mondays) + timedelta(days=7),
            tuple_(TimeSegment.coordinator_id, TimeSegment.facility_id).in_(whose),
        )
        .group_by(
            TimeSegment.coordinator_id,
            TimeSegment.facility_id,
            monday,
            TimeSegment.time_entry_id,
            TimeEntry.starts_at,
            Assignment.bill_rate_cents,
            Assignment.pay_rate_cents,
        )
        .having(minutes != 0)
        .order_by(TimeEntry.starts_at, TimeSegment.time_entry_id)
    )
    found: dict[Week, list[_Standing]] = defaultdict(list)
    for coordinator, facility, week, line, starts_at, total, bill, pay, overtime in rows:
        if (coordinator, facility, week) in wanted:
            counted = WeekEntry(line or 0, starts_at, total, bill, pay)
            found[coordinator, facility, week].append(_Standing(counted, overtime))
    return found
