"""Which timesheets and entries a person sees, and which of them wait for somebody."""

from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission, roles_that_may
from marketplace.accounts.queries import members_of
from marketplace.assignments.models import Assignment
from marketplace.coordinators.models import Coordinator
from marketplace.db import Audience, seen_by, session
from marketplace.facilities.models import Facility
from marketplace.needs.models import Need, Shift
from marketplace.timesheets.models import Punch, ShiftReport, TimeEntry, Timesheet
from marketplace.timesheets.rules import APPROVAL_WINDOW, UNDO_APPROVAL, EntryState, TimesheetState


def visible_to(person: Person) -> Select[Timesheet]:
    """The agency sees every week, a facility those worked for it, coordinators their own."""
    return seen_by(person, select(Timesheet), facility=Timesheet.facility_id, coordinator=Timesheet.coordinator_id)


def entries_visible_to(person: Person) -> Select[TimeEntry]:
    """The same for single entries; a facility sees an entry once it was handed in."""
    handed_in = or_(TimeEntry.submitted_at.is_not(None), TimeEntry.state != EntryState.PENDING)
    return seen_by(
        person,
        select(TimeEntry),
        facility=TimeEntry.facility_id,
        facility_if=[handed_in],
        coordinator=TimeEntry.coordinator_id,
    )


def entry_with_details(entries: Select[TimeEntry]) -> Select[TimeEntry]:
    """With everything a page about an entry shows, and what its price is reckoned from."""
    return entries.options(
        joinedload(TimeEntry.timesheet).joinedload(Timesheet.coordinator).joinedload(Coordinator.person),
        joinedload(TimeEntry.timesheet).joinedload(Timesheet.facility),
        joinedload(TimeEntry.assignment).joinedload(Assignment.shift).joinedload(Shift.line),
        joinedload(TimeEntry.assignment).joinedload(Assignment.shift).joinedload(Shift.need).joinedload(Need.agreement),
        selectinload(TimeEntry.segments),
    )


def week_with_details(sheets: Select[Timesheet]) -> Select[Timesheet]:
    """A week with its people; its entries are asked for by `entries_visible_to`."""
    return sheets.options(
        joinedload(Timesheet.coordinator).joinedload(Coordinator.person),
        joinedload(Timesheet.facility),
    )


WAITING = (TimeEntry.state == EntryState.PENDING) & TimeEntry.submitted_at.is_not(None)


def to_decide(entries: Select[TimeEntry], at: datetime) -> Select[TimeEntry]:
    """Entries that wait, and beside them those just approved that can still be taken back."""
    undoable = (TimeEntry.state == EntryState.APPROVED) & (TimeEntry.decided_at > at - UNDO_APPROVAL)
    return entries.where(WAITING | undoable)


def entry_of(assignment_id: int) -> TimeEntry | None:
    """The entry of a shift, with its week; None before there is one."""
    return session.scalars(
        select(TimeEntry).where(TimeEntry.assignment_id == assignment_id).options(joinedload(TimeEntry.timesheet))
    ).one_or_none()


def report_of(assignment_id: int) -> ShiftReport | None:
    """The shift report, if one was written."""
    return session.scalars(select(ShiftReport).where(ShiftReport.assignment_id == assignment_id)).one_or_none()


def all_punches(assignment_id: int) -> list[Punch]:
    """Every punch of a shift in the order it came, also those corrected since."""
    return list(
        session.scalars(
            select(Punch).where(Punch.assignment_id == assignment_id).order_by(Punch.at, Punch.recorded_at, Punch.id)
        )
    )


# ---- filters ----------------------------------------------------------------------------------------------------


def coordinators_with_hours(person: Person) -> list[tuple[int, str]]:
    """The coordinators with hours, to narrow the list by: (id, name)."""
    rows = session.execute(
        select(Coordinator.id, Person.name)
        .join(Coordinator.person)
        .where(Coordinator.id.in_(visible_to(person).with_only_columns(Timesheet.coordinator_id)))
        .order_by(Person.name)
    )
    return [(key, name) for key, name in rows]


def facilities_with_hours(person: Person) -> list[tuple[int, str]]:
    """The same for facilities; only the agency chooses among them."""
    if person.audience is not Audience.AGENCY:
        return []
    rows = session.execute(
        select(Facility.id, Facility.name).where(Facility.id.in_(select(Timesheet.facility_id))).order_by(Facility.name)
    )
    return [(key, name) for key, name in rows]


# ---- for jobs ---------------------------------------------------------------------------------------------------


def approvers(organisation_id: int) -> list[Person]:
    """The people who approve hours in a facility, or in the agency."""
    return members_of(organisation_id, roles_that_may(Permission.TIMESHEET_APPROVE))


def waiting_since(before: datetime) -> Select[TimeEntry]:
    """Entries handed in before that moment that still wait."""
    return select(TimeEntry).where(WAITING, TimeEntry.submitted_at <= before).order_by(TimeEntry.id)


def unsent_weeks(before: date) -> Select[Timesheet]:
    """Open weeks that began before that day and have entries to hand in."""
    return (
        select(Timesheet)
        .where(
            Timesheet.state == TimesheetState.OPEN,
            Timesheet.week < before,
            select(TimeEntry.id)
            .where(
                TimeEntry.timesheet_id == Timesheet.id,
                TimeEntry.state == EntryState.PENDING,
                TimeEntry.submitted_at.is_(None),
            )
            .exists(),
        )
        .order_by(Timesheet.id)
    )


def all_waiting(facility_id: int, at: datetime) -> tuple[int, datetime]:
    """How many entries wait for the facility's approval, and when the first of them approves itself, if it is clean."""
    waiting = select(func.count(), func.min(TimeEntry.submitted_at)).where(
        TimeEntry.facility_id == facility_id, WAITING
    )
    count, first = session.execute(waiting).one()
    return count, (first or at) + APPROVAL_WINDOW
