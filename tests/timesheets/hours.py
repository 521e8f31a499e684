"""Shifts that were worked, for tests about what follows."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import AssignmentState
from marketplace.attendance.clocking import punch
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.needs.models import Need, Shift
from marketplace.timesheets.approvals import submit
from marketplace.timesheets.models import TimeEntry, TimeSegment, Timesheet
from marketplace.timesheets.rules import PunchKind

IN, OUT, PAUSE, RESUME = PunchKind.IN, PunchKind.OUT, PunchKind.BREAK_START, PunchKind.BREAK_END
MONDAY = date(2026, 11, 16)


def booked(world: Any, who: Coordinator, day: date = MONDAY, start: time = time(9), end: time = time(17), seat: int = 1,
           shift: Shift | None = None, **more: Any) -> Assignment:  # fmt: skip
    """Somebody has a seat; a new shift unless one is given."""
    if isinstance(more.get("facility"), str):
        more["facility"] = getattr(world, more["facility"])
    shift = shift or world.shift(day=day, start=start, end=end, **more)
    made = Assignment(
        shift_id=shift.id, facility_id=shift.facility_id, coordinator_id=who.id, seat=seat, starts_at=shift.starts_at,
        ends_at=shift.ends_at, headcount=shift.headcount, bill_rate_cents=shift.bill_rate_cents,
        pay_rate_cents=shift.pay_rate_cents, booked_at=shift.starts_at - timedelta(days=3), state=AssignmentState.CONFIRMED,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


Press = tuple[PunchKind, int]


def clocked(assignment: Assignment, *presses: Press) -> TimeEntry | None:
    """Press the clock so many minutes after the planned start; by default from start to end."""
    row = presses or ((IN, 0), (OUT, (assignment.ends_at - assignment.starts_at) // timedelta(minutes=1)))
    for kind, minutes in row:
        punch(assignment, kind, assignment.starts_at + timedelta(minutes=minutes))
    return entry_of(assignment)


def worked_line(world: Any, who: Coordinator, day: date = MONDAY, *presses: Press, **more: Any) -> TimeEntry:
    """A shift booked and worked."""
    line = clocked(booked(world, who, day, **more), *presses)
    assert line is not None
    return line


def handed_in(lines: Sequence[TimeEntry], at: datetime) -> list[TimeEntry]:
    """Their weeks are handed in."""
    for sheet_id in dict.fromkeys(line.timesheet_id for line in lines):
        submit(session.get_one(Timesheet, sheet_id), None, at)
    return [again(line) for line in lines]


def entry_of(assignment: Assignment) -> TimeEntry | None:
    return session.scalars(select(TimeEntry).where(TimeEntry.assignment_id == assignment.id)).one_or_none()


def again(line: TimeEntry) -> TimeEntry:
    """The line as it stands now, with its week."""
    return session.scalars(
        select(TimeEntry).where(TimeEntry.id == line.id).options(joinedload(TimeEntry.timesheet))
        .execution_options(populate_existing=True)
    ).one()  # fmt: skip


def segments_of(*lines: TimeEntry) -> list[TimeSegment]:
    return list(
        session.scalars(
            select(TimeSegment)
            .where(TimeSegment.time_entry_id.in_([line.id for line in lines]))
            .order_by(TimeSegment.id)
        )
    )


def shift_now(shift_id: int) -> Shift:
    return session.scalars(select(Shift).where(Shift.id == shift_id).execution_options(populate_existing=True)).one()


def need_of(assignment: Assignment) -> Need:
    return session.scalars(
        select(Need).join(Shift, Shift.need_id == Need.id).where(Shift.id == assignment.shift_id)
    ).one()
