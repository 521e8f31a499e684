"""From approved entries to segments at frozen rates, with the overtime of each workweek."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Date, DateTime, cast, func, select, tuple_
from sqlalchemy.orm import joinedload

from marketplace.assignments.models import Assignment
from marketplace.contracts.models import Overtime
from marketplace.db import session
from marketplace.kernel import local_day, split, week_start
from marketplace.needs.models import Need, Shift
from marketplace.needs.queries import active_contract
from marketplace.timesheets.models import TimeEntry, TimeSegment
from marketplace.timesheets.overtime import WEEKLY_THRESHOLD_MINUTES, EarnCode, Segment, WeekEntry, weekly_overtime


@dataclass(frozen=True)
class PlannedSegment:
    """A segment that approving an entry will append, with the local day its minutes are counted on."""

    segment: Segment
    work_day: date


def with_terms() -> tuple[Any, ...]:
    """What a query of entries must load for `planned_segments`."""
    return (
        joinedload(TimeEntry.timesheet),
        joinedload(TimeEntry.assignment).joinedload(Assignment.shift).joinedload(Shift.need).joinedload(Need.agreement),
    )


def planned_segments(entries: Collection[TimeEntry]) -> dict[int, list[PlannedSegment]]:
    """What each entry will be billed and paid when these are approved together, by its id (loaded `with_terms`).

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
    """The entry's payable minutes by Monday; minutes that somebody changed keep the proportion of the measured ones."""
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
    """Approved minutes of one entry in one week, net of corrections."""

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
