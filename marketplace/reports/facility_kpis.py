"""What a facility's month costs beside its budget."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import undefer

from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import LIVE_STATES
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import day_span, local_day, week_start, workweek
from marketplace.reports.kpis import A_DAY
from marketplace.reports.rules import month_start, share
from marketplace.timesheets.models import TimeEntry, TimeSegment, Timesheet
from marketplace.timesheets.rules import EntryState


@dataclass(frozen=True)
class FacilityMonth:
    """A facility's week and month: minutes worked, bookings made since yesterday, cents spent, and its budget."""

    worked_minutes: int
    booked_since_yesterday: int
    spent_cents: int
    budget_cents: int | None

    @property
    def budget_percent(self) -> int | None:
        return share(self.spent_cents, self.budget_cents or 0)


def facility_month(facility: Facility, at: datetime) -> FacilityMonth:
    """What was worked this week and spent this month. One statement.

    Spent is what approved time costs, and what time not decided yet will cost at its booked rate.
    """
    today = local_day(at, facility.time_zone)
    week, month = workweek(today, facility.time_zone), month_start(today)
    month_starts = day_span(month, facility.time_zone).start
    worked = select(func.coalesce(func.sum(TimeEntry.paid_minutes), 0)).where(
        TimeEntry.facility_id == facility.id,
        TimeEntry.state != EntryState.REJECTED,
        TimeEntry.timesheet_id.in_(
            select(Timesheet.id).where(Timesheet.facility_id == facility.id, Timesheet.week == week_start(today))
        ),
    )
    booked = select(func.count()).where(
        Assignment.facility_id == facility.id,
        Assignment.state.in_(LIVE_STATES),
        Assignment.starts_at.between(week.start, week.end),
        Assignment.booked_at > at - A_DAY,
    )
    approved = select(func.coalesce(func.sum(TimeSegment.bill_cents), 0)).where(
        TimeSegment.facility_id == facility.id, TimeSegment.work_day >= month, TimeSegment.work_day <= today
    )
    undecided = (
        select(func.coalesce(func.sum(booked_amount()), 0))
        .join(TimeEntry.assignment)
        .where(
            TimeEntry.facility_id == facility.id,
            TimeEntry.state.in_((EntryState.PENDING, EntryState.DISPUTED)),
            TimeEntry.starts_at >= month_starts,
        )
    )
    minutes, since_yesterday, segments, waiting = session.execute(
        select(*(part.scalar_subquery() for part in (worked, booked, approved, undecided)))
    ).one()
    return FacilityMonth(
        int(minutes), int(since_yesterday), int(segments) + int(waiting), facility.monthly_budget_cents
    )


def booked_amount() -> ColumnElement[int]:
    """What a line of hours costs at the rate its shift was booked at: `kernel.money.line_amount`, in SQL."""
    return (2 * TimeEntry.paid_minutes * Assignment.bill_rate_cents + 60) // 120


def facility_with_budget(facility_id: int) -> Facility:
    """The facility itself, with what it means to spend a month."""
    return session.scalars(
        select(Facility).where(Facility.id == facility_id).options(undefer(Facility.monthly_budget_cents))
    ).one()
