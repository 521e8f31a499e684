"""Hours that were worked and approved, straight into the tables: for tests of money, which begin where hours end."""

from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import AssignmentState
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.demo import cast
from marketplace.facilities.models import Facility
from marketplace.kernel import line_amount, now, week_start
from marketplace.ledger.entries import record_segment
from marketplace.timesheets.models import Punch, TimeEntry, TimeSegment, Timesheet
from marketplace.timesheets.rules import EntryState, PunchKind, TimesheetState
from tests.world import World

MONDAY = date(2026, 11, 16)


def approved(
    world: World,
    coordinator: Coordinator,
    facility: Facility,
    day: date = MONDAY,
    minutes: int = 240,
    line: str = "prior-auth",
    start: time = time(9),
    **more: Any,
) -> TimeSegment:
    """A shift on `day` that was worked for so many minutes and approved: segment, books and all."""
    shift = world.shift(facility, line=line, day=day, start=start, end=time((start.hour + 10) % 24))
    assignment = Assignment(
        shift_id=shift.id, facility_id=facility.id, coordinator_id=coordinator.id, state=AssignmentState.COMPLETED, seat=1,
        starts_at=shift.starts_at, ends_at=shift.ends_at, headcount=1, bill_rate_cents=shift.bill_rate_cents,
        pay_rate_cents=shift.pay_rate_cents, booked_at=now(),
    )  # fmt: skip
    session.add(assignment)
    timesheet = session.scalars(
        select(Timesheet).where(
            Timesheet.coordinator_id == coordinator.id,
            Timesheet.facility_id == facility.id,
            Timesheet.week == week_start(day),
        )
    ).one_or_none() or Timesheet(
        coordinator_id=coordinator.id, facility_id=facility.id, week=week_start(day), time_zone=facility.time_zone,
        state=TimesheetState.APPROVED, decided_at=now(), decided_by_id=world.rosa.id,
    )  # fmt: skip
    session.add(timesheet)
    session.flush()
    ends_at = shift.starts_at + timedelta(minutes=minutes)
    for kind, at in ((PunchKind.IN, shift.starts_at), (PunchKind.OUT, ends_at)):
        session.add(
            Punch(
                assignment_id=assignment.id,
                coordinator_id=coordinator.id,
                facility_id=facility.id,
                kind=kind,
                at=at,
                recorded_at=at,
            )
        )
    entry = TimeEntry(
        timesheet_id=timesheet.id, assignment_id=assignment.id, coordinator_id=coordinator.id, facility_id=facility.id,
        state=EntryState.APPROVED, starts_at=shift.starts_at, ends_at=ends_at, paid_minutes=minutes, decided_at=now(),
        decided_by_id=world.rosa.id,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    bill, pay = cast.STANDARD_RATES[line]
    return _recorded(
        TimeSegment(
            time_entry_id=entry.id, assignment_id=assignment.id, coordinator_id=coordinator.id, facility_id=facility.id,
            earn_code="regular", service_line=line, work_day=day, minutes=minutes, bill_rate_cents=bill, pay_rate_cents=pay,
            bill_cents=line_amount(minutes, bill), pay_cents=line_amount(minutes, pay), approved_at=now(), **more,
        )
    )  # fmt: skip


def corrected(segment: TimeSegment) -> TimeSegment:
    """The whole segment taken back: the hours had not been worked after all."""
    entry = session.get_one(TimeEntry, segment.time_entry_id)
    entry.paid_minutes -= segment.minutes
    return _recorded(
        TimeSegment(
            time_entry_id=segment.time_entry_id, assignment_id=segment.assignment_id, coordinator_id=segment.coordinator_id,
            facility_id=segment.facility_id, kind=segment.kind, earn_code=segment.earn_code, service_line=segment.service_line,
            work_day=segment.work_day, minutes=-segment.minutes, bill_rate_cents=segment.bill_rate_cents,
            pay_rate_cents=segment.pay_rate_cents, bill_cents=-segment.bill_cents, pay_cents=-segment.pay_cents,
            approved_at=now(), corrects_id=segment.id,
        )
    )  # fmt: skip


def _recorded(segment: TimeSegment) -> TimeSegment:
    session.add(segment)
    session.flush()
    record_segment(segment)
    return segment
