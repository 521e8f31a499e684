"""What the agency has earned, billed and not been paid."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from marketplace.billing.models import Invoice, InvoiceLine
from marketplace.billing.queries import remaining_cents, status_is
from marketplace.db import session
from marketplace.kernel import week_start
from marketplace.payouts.models import PayoutItem
from marketplace.timesheets.models import TimeEntry, TimeSegment, Timesheet
from marketplace.timesheets.rules import EntryState


@dataclass(frozen=True)
class AgencyMoney:
    """Hours of the week in minutes, and money in cents: not invoiced, past due, earned and in no payout yet."""

    worked_minutes: int
    unbilled_cents: int
    overdue_cents: int
    overdue_invoices: int
    payable_cents: int


def agency_money(today: date, at: datetime) -> AgencyMoney:
    """The agency's own figures. One statement."""
    monday = week_start(today)
    worked = select(func.coalesce(func.sum(TimeEntry.paid_minutes), 0)).where(
        TimeEntry.state != EntryState.REJECTED,
        TimeEntry.timesheet_id.in_(select(Timesheet.id).where(Timesheet.week == monday)),
    )
    billed = select(InvoiceLine.id).where(InvoiceLine.time_segment_id == TimeSegment.id, InvoiceLine.live).exists()
    unbilled = select(func.coalesce(func.sum(TimeSegment.bill_cents), 0)).where(~billed)
    paid = select(PayoutItem.id).where(PayoutItem.time_segment_id == TimeSegment.id, PayoutItem.live).exists()
    payable = select(func.coalesce(func.sum(TimeSegment.pay_cents), 0)).where(~paid)
    late = select(Invoice.id, remaining_cents().label("cents")).where(status_is("overdue", at)).subquery()
    overdue = select(func.coalesce(func.sum(late.c.cents), 0))
    invoices = select(func.count()).select_from(late)
    figures = session.execute(
        select(*(part.scalar_subquery() for part in (worked, unbilled, overdue, invoices, payable)))
    ).one()
    return AgencyMoney(*(int(figure) for figure in figures))
