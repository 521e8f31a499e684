"""Pay for a shift that did not happen: compensation for a late cancellation posts itself, beside any time worked."""

from datetime import datetime

from sqlalchemy import select

from marketplace.assignments.models import Assignment
from marketplace.audit.recording import record
from marketplace.contracts.cancellation_policy import Compensation
from marketplace.db import as_system, session
from marketplace.kernel import Length, Phrase, dollars, line_amount, local_day
from marketplace.ledger.entries import record_segment
from marketplace.needs.models import Shift
from marketplace.timesheets.models import TimeSegment
from marketplace.timesheets.overtime import EarnCode


def compensate(assignment: Assignment, minutes: int, at: datetime) -> TimeSegment | None:
    """Minutes owed for cancelling, at the rates of the booking; billed and paid like hours. None for no minutes.

    Once for each assignment: a second call changes nothing and returns the first. ValueError for negative minutes.
    """
    if minutes < 0:
        raise ValueError("compensation is never negative")
    if minutes == 0:
        return None
    with as_system():
        session.execute(select(Assignment.id).where(Assignment.id == assignment.id).with_for_update(key_share=True))
        earlier = session.scalars(
            select(TimeSegment).where(
                TimeSegment.assignment_id == assignment.id,
                TimeSegment.kind == "cancellation",
                TimeSegment.corrects_id.is_(None),
            )
        ).one_or_none()
        if earlier is not None:
            return earlier
        service_line, zone = session.execute(
            select(Shift.service_line, Shift.time_zone).where(Shift.id == assignment.shift_id)
        ).one()
        made = TimeSegment(
            assignment_id=assignment.id,
            coordinator_id=assignment.coordinator_id,
            facility_id=assignment.facility_id,
            kind="cancellation",
            earn_code=EarnCode.REGULAR.value,
            service_line=service_line,
            work_day=local_day(assignment.starts_at, zone),
            minutes=minutes,
            bill_rate_cents=assignment.bill_rate_cents,
            pay_rate_cents=assignment.pay_rate_cents,
            bill_cents=line_amount(minutes, assignment.bill_rate_cents),
            pay_cents=line_amount(minutes, assignment.pay_rate_cents),
            approved_at=at,
        )
        session.add(made)
        session.flush()
        record_segment(made)
        record(
            "compensate",
            made,
            Phrase(
                "Compensation for a canceled shift: %(hours)s, %(amount)s.",
                hours=Length(minutes),
                amount=dollars(made.bill_cents),
            ),
        )
    return made


def pay_cancellation(assignment: Assignment, fee: Compensation, at: datetime) -> TimeSegment | None:
    """Bill and pay the fee of a cancellation (called through `wiring.py`)."""
    return compensate(assignment, fee.minutes, at)
