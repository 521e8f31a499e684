"""The demo's hours: punches with their small irregularities, weekly timesheets, and who approved them when."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from sqlalchemy import insert, select, update

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import AssignmentState
from marketplace.attendance.exceptions import exceptions
from marketplace.attendance.worked_time import paid_minutes_by_week, worked
from marketplace.db import session
from marketplace.kernel import clock, local_day, local_instant, week_start
from marketplace.timesheets.approvals import approve_entries
from marketplace.timesheets.models import Punch, PunchSource, ShiftReport, TimeEntry, Timesheet
from marketplace.timesheets.rules import EntryState, PunchKind, TimesheetState

DUTIES = (
    "scheduling-book",
    "scheduling-confirm",
    "insurance-verify",
    "insurance-prior-auth",
    "family-answer",
    "records-update",
)


@dataclass(frozen=True)
class DemoPunch:
    """One press of the clock."""

    kind: PunchKind
    at: datetime


def presses(assignment: Assignment, chance: random.Random, odd_share: float) -> list[DemoPunch]:
    """A believable day: nearly on time, a meal break in a long shift; `odd_share` of them late or well over plan."""
    come = assignment.starts_at + timedelta(minutes=chance.randrange(-4, 4))
    go = assignment.ends_at + timedelta(minutes=chance.randrange(-2, 7))
    odd = chance.random()
    if odd < odd_share / 2:
        go += timedelta(minutes=chance.randrange(20, 55))
    elif odd < odd_share:
        come += timedelta(minutes=chance.randrange(8, 22))
    found = [DemoPunch(PunchKind.IN, come), DemoPunch(PunchKind.OUT, go)]
    if go - come > timedelta(hours=6):
        pause = come + (go - come) / 2 + timedelta(minutes=chance.randrange(-30, 30))
        pause = pause.replace(second=0, microsecond=0)
        found += [
            DemoPunch(PunchKind.BREAK_START, pause),
            DemoPunch(PunchKind.BREAK_END, pause + timedelta(minutes=chance.randrange(30, 36))),
        ]
    return sorted(found, key=lambda press: press.at)


def presses_of_a_long_day(assignment: Assignment, longer: int) -> list[DemoPunch]:
    """No break, and so many minutes longer."""
    gone = assignment.ends_at + timedelta(minutes=longer)
    return [DemoPunch(PunchKind.IN, assignment.starts_at), DemoPunch(PunchKind.OUT, gone)]


class DemoHours:
    """Writes punches, lines and weeks for finished shifts, with few statements: first `press`, then `write`."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._pressed: list[tuple[Assignment, str, list[DemoPunch]]] = []
        sheets = session.scalars(select(Timesheet))
        self._sheets = {(one.coordinator_id, one.facility_id, one.week): one for one in sheets}

    def press(
        self,
        worked_shifts: Sequence[tuple[Assignment, str]],
        odd_share: float = 0.06,
        longer: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        """Press the clock for assignments (with the facility's zone) that are over; `longer` are minutes by their id."""
        for assignment, zone in worked_shifts:
            pressed = presses(assignment, self.chance, odd_share)
            if assignment.id in longer:
                pressed = presses_of_a_long_day(assignment, longer[assignment.id])
            self._pressed.append((assignment, zone, pressed))

    def write(self) -> list[TimeEntry]:
        """All that was pressed. The lines and weeks are not in the tables before the next flush: hand them in first."""
        session.execute(
            update(Assignment)
            .where(Assignment.id.in_([assignment.id for assignment, *_ in self._pressed]))
            .values(state=AssignmentState.CHECKED_OUT)
        )
        punches = [
            {
                "assignment_id": assignment.id,
                "coordinator_id": assignment.coordinator_id,
                "facility_id": assignment.facility_id,
                "kind": press.kind,
                "at": press.at,
                "recorded_at": press.at,
                "source": PunchSource.WEB,
            }
            for assignment, _zone, pressed in self._pressed
            for press in pressed
        ]
        session.execute(insert(Punch), punches)
        lines = [self._line(*each) for each in self._pressed]
        session.add_all(lines)
        session.add_all(self._report(assignment) for assignment, *_ in self._pressed if self.chance.random() < 0.8)
        return lines

    def _line(self, assignment: Assignment, zone: str, pressed: list[DemoPunch]) -> TimeEntry:
        work = worked(pressed)
        assert work.presence is not None
        return TimeEntry(
            timesheet=self._sheet(assignment, zone),
            assignment_id=assignment.id,
            coordinator_id=assignment.coordinator_id,
            facility_id=assignment.facility_id,
            state=EntryState.PENDING,
            starts_at=work.presence.start,
            ends_at=work.presence.end,
            break_minutes=work.break_minutes,
            paid_minutes=work.paid_minutes,
            week_minutes={day.isoformat(): minutes for day, minutes in paid_minutes_by_week(work, zone).items()},
            exceptions=[remark.kept for remark in exceptions(assignment.span, work)],
        )

    def _sheet(self, assignment: Assignment, zone: str) -> Timesheet:
        week = week_start(local_day(assignment.starts_at, zone))
        key = assignment.coordinator_id, assignment.facility_id, week
        if key not in self._sheets:
            self._sheets[key] = Timesheet(coordinator_id=key[0], facility_id=key[1], week=week, time_zone=zone)
        return self._sheets[key]

    def _report(self, assignment: Assignment) -> ShiftReport:
        duties = self.chance.sample(DUTIES, 3)
        return ShiftReport(
            assignment_id=assignment.id,
            coordinator_id=assignment.coordinator_id,
            facility_id=assignment.facility_id,
            counts={duty: self.chance.randrange(2, 24) for duty in duties},
            tickets=[f"PA-{self.chance.randrange(20000, 29999)}"] if self.chance.random() < 0.4 else [],
            note="",
            written_at=assignment.ends_at + timedelta(minutes=9),
        )

    def hand_in(self, lines: Iterable[TimeEntry], at: datetime | None = None) -> None:
        """The weeks of these lines are handed in: on the Monday morning after, or at `at`."""
        for line in lines:
            sheet = line.timesheet
            monday = local_instant(sheet.week + timedelta(days=7), time(7, self.chance.randrange(60)), sheet.time_zone)
            sheet.state, sheet.submitted_at = TimesheetState.SUBMITTED, sheet.submitted_at or at or monday
            line.submitted_at = sheet.submitted_at


def approve_history(lines: Sequence[TimeEntry], approvers: dict[int, Person], now: datetime) -> None:
    """Week by week and facility by facility, the day after the week was handed in."""
    weeks: dict[tuple[date, int], list[TimeEntry]] = defaultdict(list)
    for line in lines:
        weeks[line.timesheet.week, line.facility_id].append(line)
    for (week, facility_id), group in sorted(weeks.items(), key=lambda item: item[0]):
        at = local_instant(week + timedelta(days=7), time(16, 20), group[0].timesheet.time_zone)
        if at >= now:
            continue
        with clock.frozen_at(at):
            approve_entries([line.id for line in group], approvers[facility_id], at)
