"""What a cancelled shift is worth to its coordinator and costs its facility: approved minutes like any others."""

from datetime import datetime

from sqlalchemy import select

from marketplace.assignments.models import Assignment
from marketplace.contracts.rules import Compensation
from marketplace.db.session import as_system, session
from marketplace.ledger.posting import post
from marketplace.ledger.rules import CANCELLATION_REVENUE, entry_for_segment
from marketplace.needs.models import Shift
from marketplace.timesheets.models import TimeSegment


def pay_cancellation(assignment: Assignment, fee: Compensation, at: datetime) -> TimeSegment:
    """Write the minutes that are owed for a cancelled booking, at the rates it was booked under, and post them."""
    with as_system():
        service_line, day = session.execute(
            select(Shift.service_line, Shift.local_day).where(Shift.id == assignment.shift_id)
        ).one()
        segment = TimeSegment(
            assignment_id=assignment.id,
            coordinator_id=assignment.coordinator_id,
            facility_id=assignment.facility_id,
            kind="cancellation",
            earn_code="regular",
            service_line=service_line,
            work_day=day,
            minutes=fee.minutes,
            bill_rate_cents=assignment.bill_rate_cents,
            pay_rate_cents=assignment.pay_rate_cents,
            bill_cents=fee.bill_cents,
            pay_cents=fee.pay_cents,
            approved_at=at,
        )
        session.add(segment)
        session.flush()
        entry = entry_for_segment(
            segment.id,
            segment.facility_id,
            segment.coordinator_id,
            segment.bill_cents,
            segment.pay_cents,
            CANCELLATION_REVENUE,
        )
        post(entry.key, f"Compensation for a cancelled shift, {fee.minutes} minutes", entry.postings, at)
    return segment
