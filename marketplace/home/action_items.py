"""The action items of a facility: open shifts, hours to approve, applications, invoices, agreements to sign."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Subquery, and_, case, cast, func, select, true
from sqlalchemy.orm import aliased, joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment, Offer, OfferKind
from marketplace.assignments.queries import taken_seats
from marketplace.assignments.rules import WAITING_STATES
from marketplace.billing.models import Invoice
from marketplace.billing.queries import remaining_cents, status_is
from marketplace.contracts.models import Agreement, Overtime
from marketplace.contracts.rules import AgreementState
from marketplace.coverage.staffing import Staffing, staffing_of
from marketplace.db import session
from marketplace.kernel import Span
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import FACILITY_ACTS_WITHIN, LONGEST_SHIFT, NeedState, ShiftState
from marketplace.reports.facility_kpis import booked_amount
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.overtime import WEEKLY_THRESHOLD_MINUTES
from marketplace.timesheets.queries import WAITING
from marketplace.timesheets.rules import APPROVAL_WINDOW, EntryState

NAMED = 3
"""So many open shifts and so many choices are named; the rest is counted."""

UPCOMING = 6
"""So many of the next shifts are listed."""


@dataclass(frozen=True)
class OpenShift:
    """A shift with seats that nobody has, and how many people are being asked about it."""

    shift: Shift
    open_seats: int
    asked: int
    applied: int
    best_percent: int | None
    """The best match among those who applied, of 100."""


@dataclass(frozen=True)
class OpenShifts:
    """The first of the open shifts, and how many there are of each kind in all."""

    first: list[OpenShift]
    choices: list[OpenShift]
    shifts: int
    seats: int

    @property
    def more(self) -> int:
        return self.shifts - len(self.first)


def open_shifts(facility_id: int, at: datetime) -> OpenShifts:
    """Shifts that begin within a week and have free seats; those somebody applied for are the facility's to choose.

    Applications are shown however far ahead the shift is. One statement.
    """
    rows = _with_open_seats(facility_id, at)
    chooses = rows.c.applied > 0
    soon = and_(~chooses, rows.c.starts_at <= at + FACILITY_ACTS_WITHIN)
    ranked = (
        select(
            rows,
            chooses.label("chooses"),
            func.row_number().over(partition_by=chooses, order_by=(rows.c.starts_at, rows.c.id)).label("place"),
            func.count().over(partition_by=chooses).label("shifts"),
            func.sum(rows.c.open_seats).over(partition_by=chooses).label("seats"),
        )
        .where(chooses | soon)
        .subquery()
    )
    found = session.execute(
        select(Shift, ranked)
        .join(ranked, ranked.c.id == Shift.id)
        .where(ranked.c.place <= NAMED)
        .order_by(ranked.c.starts_at, ranked.c.id)
        .options(joinedload(Shift.line), joinedload(Shift.need))
    ).all()
    named = [(row, OpenShift(row.Shift, row.open_seats, row.asked, row.applied, row.best)) for row in found]
    first = [each for row, each in named if not row.chooses]
    totals = next((row for row, _ in named if not row.chooses), None)
    return OpenShifts(
        first,
        [each for row, each in named if row.chooses],
        totals.shifts if totals else 0,
        int(totals.seats) if totals else 0,
    )


def _with_open_seats(facility_id: int, at: datetime) -> Subquery:
    """The coming shifts that want somebody: free seats, how many were asked or applied, the best percent that applied."""
    live = taken_seats()
    waits = and_(Offer.state.in_(WAITING_STATES), Offer.expires_at > at)
    asked = _count(Offer, waits, Offer.kind == OfferKind.OFFER)
    applied = _count(Offer, waits, Offer.kind == OfferKind.APPLICATION)
    best = (
        select(func.max(cast(Offer.score["percent"].astext, Integer)))
        .where(Offer.shift_id == Shift.id, waits, Offer.kind == OfferKind.APPLICATION)
        .correlate(Shift)
        .scalar_subquery()
    )
    return (
        select(
            Shift.id,
            Shift.starts_at,
            (Shift.headcount - live).label("open_seats"),
            asked.label("asked"),
            applied.label("applied"),
            best.label("best"),
        )
        .join(Shift.need)
        .where(
            Shift.facility_id == facility_id,
            Shift.state == ShiftState.SCHEDULED,
            Need.state == NeedState.OPEN,
            Shift.starts_at > at,
            live < Shift.headcount,
        )
        .subquery()
    )


@dataclass(frozen=True)
class Desk:
    """The action items besides open seats; amounts in cents."""

    lines: int
    minutes: int
    cents: int
    before_overtime: bool
    """The amount is at booked rates, and a week has more than forty hours under a contract that pays overtime."""
    first_handed_in: datetime | None
    overdue_invoices: int
    overdue_cents: int
    to_sign: int
    first_to_sign: int | None

    @property
    def deadline(self) -> datetime | None:
        """The moment the first clean entry that waits approves itself."""
        return self.first_handed_in + APPROVAL_WINDOW if self.first_handed_in else None


def on_the_desk(person: Person, at: datetime) -> Desk:
    """Hours to approve, invoices past due, papers to sign: each only for those who may deal with it. One statement."""
    clean = and_(func.cardinality(TimeEntry.exceptions) == 0, TimeEntry.paid_minutes > 0)
    others = aliased(TimeEntry)
    week = (
        select(func.sum(others.paid_minutes))
        .where(others.timesheet_id == TimeEntry.timesheet_id, others.state != EntryState.REJECTED)
        .correlate(TimeEntry)
        .scalar_subquery()
    )
    hours = (
        select(
            func.count().label("lines"),
            func.coalesce(func.sum(TimeEntry.paid_minutes), 0).label("minutes"),
            func.coalesce(func.sum(booked_amount()), 0).label("cents"),
            func.coalesce(
                func.bool_or(and_(Agreement.overtime != Overtime.NONE, week > WEEKLY_THRESHOLD_MINUTES)), False
            ).label("overtime"),
            func.min(case((clean, TimeEntry.submitted_at))).label("handed_in"),
        )
        .join(TimeEntry.assignment)
        .join(Assignment.shift)
        .join(Shift.need)
        .outerjoin(Need.agreement)
        .where(TimeEntry.facility_id == person.facility_id, WAITING, _allowed(person.may(Permission.TIMESHEET_APPROVE)))
        .subquery()
    )
    late = (
        select(func.count().label("invoices"), func.coalesce(func.sum(remaining_cents()), 0).label("invoice_cents"))
        .where(
            Invoice.facility_id == person.facility_id,
            status_is("overdue", at),
            _allowed(person.may(Permission.INVOICE_SEE)),
        )
        .subquery()
    )
    papers = (
        select(func.count().label("to_sign"), func.min(Agreement.id).label("first_to_sign"))
        .where(
            Agreement.facility_id == person.facility_id,
            Agreement.state == AgreementState.SENT,
            _allowed(person.may(Permission.CONTRACT_SIGN)),
        )
        .subquery()
    )
    row = session.execute(select(hours, late, papers).select_from(hours).join(late, true()).join(papers, true())).one()
    return Desk(
        row.lines, int(row.minutes), int(row.cents), row.overtime, row.handed_in, row.invoices, int(row.invoice_cents),
        row.to_sign, row.first_to_sign,
    )  # fmt: skip


@dataclass(frozen=True)
class Upcoming:
    """A shift of the list of what comes next: who has it, who is asked, and the one word for where it stands."""

    shift: Shift
    staffing: Staffing
    at: datetime

    @property
    def open_seats(self) -> int:
        return max(0, self.shift.headcount - len(self.staffing.assignments))

    @property
    def names(self) -> list[str]:
        return [assignment.coordinator.person.name for assignment in self.staffing.assignments]

    @property
    def state(self) -> str:
        """Stopped needs ask for nobody; else the worst of its seats: open, then waiting, then what is done there now."""
        if self.open_seats:
            if self.shift.need.state is not NeedState.OPEN:
                return self.shift.need.state.value
            if self.staffing.waiting:
                return "waiting_for_reply"
            return "partly_filled" if self.staffing.assignments else "open"
        if any(assignment.is_late(self.at) for assignment in self.staffing.assignments):
            return "late"
        states = {assignment.state.value for assignment in self.staffing.assignments}
        return next((word for word in ("checked_in", "on_break") if word in states), "confirmed")

    @property
    def span(self) -> Span:
        return self.shift.span


def upcoming(facility_id: int, at: datetime) -> list[Upcoming]:
    """The next shifts that are not over, in order of time. Three statements."""
    shifts = session.scalars(
        select(Shift)
        .where(
            Shift.facility_id == facility_id,
            Shift.ends_at > at,
            # The bound keeps to the index.
            Shift.starts_at > at - LONGEST_SHIFT,
            Shift.state != ShiftState.CANCELLED,
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(UPCOMING)
        .options(joinedload(Shift.line), joinedload(Shift.need))
    ).all()
    staffing = staffing_of(shifts)
    return [Upcoming(shift, staffing.get(shift.id) or Staffing(), at) for shift in shifts]


def _count(entity: Any, *conditions: Any) -> Any:
    return select(func.count()).where(entity.shift_id == Shift.id, *conditions).correlate(Shift).scalar_subquery()


def _allowed(yes: bool) -> Any:
    return true() if yes else ~true()
