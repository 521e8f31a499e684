"""Which shifts the clock shows, and the punches that count."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import CLOCK_AFTER_END, LIVE_STATES, WORKING_STATES, AssignmentState
from marketplace.db import session
from marketplace.needs.models import Need, Shift
from marketplace.timesheets.models import Punch, ShiftReport, TimeEntry


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


def own_assignments(person: Person) -> Select[Assignment]:
    """The coordinator's own shifts with what the clock shows of them."""
    return (
        select(Assignment)
        .where(Assignment.coordinator_id == person.coordinator_id)
        .options(
            joinedload(Assignment.facility),
            joinedload(Assignment.coordinator),
            joinedload(Assignment.shift).joinedload(Shift.line),
            joinedload(Assignment.shift).joinedload(Shift.need).joinedload(Need.site),
        )
    )


def on_the_clock(person: Person, at: datetime) -> Assignment | None:
    """The shift the person is clocked in to, else the one that runs or comes next."""
    waiting = (AssignmentState.BOOKED, AssignmentState.CONFIRMED)
    return session.scalars(
        own_assignments(person)
        .where(Assignment.state.in_(WORKING_STATES) | (Assignment.state.in_(waiting) & (Assignment.ends_at > at)))
        .order_by(Assignment.state.in_(WORKING_STATES).desc(), Assignment.starts_at, Assignment.id)
        .limit(1)
    ).first()


def recent_shifts(person: Person, at: datetime, days: int = 14) -> list[Assignment]:
    """Shifts of the last days that ended or should have, the latest first."""
    return list(
        session.scalars(
            own_assignments(person)
            .where(
                Assignment.state.in_(LIVE_STATES - WORKING_STATES),
                Assignment.starts_at > at - timedelta(days=days),
                Assignment.state.in_((AssignmentState.CHECKED_OUT, AssignmentState.COMPLETED))
                | (Assignment.ends_at <= at),
            )
            .order_by(Assignment.starts_at.desc())
            .limit(12)
        )
    )


def entries_of(assignment_ids: Collection[int]) -> dict[int, TimeEntry]:
    """Entries of several shifts by the shift's assignment, with their weeks."""
    entries = session.scalars(
        select(TimeEntry).where(TimeEntry.assignment_id.in_(assignment_ids)).options(joinedload(TimeEntry.timesheet))
    )
    return {entry.assignment_id: entry for entry in entries}


def reported(assignment_ids: Collection[int]) -> set[int]:
    """Those of the shifts that have a report."""
    return set(session.scalars(select(ShiftReport.assignment_id).where(ShiftReport.assignment_id.in_(assignment_ids))))


def forgotten_clocks(at: datetime) -> Select[Assignment]:
    """Shifts over so long that the clock takes no more punches, on which nobody clocked out."""
    return (
        select(Assignment)
        .where(Assignment.state.in_(WORKING_STATES), Assignment.ends_at <= at - CLOCK_AFTER_END)
        .order_by(Assignment.id)
    )
