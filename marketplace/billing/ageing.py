"""Statements of account: what a facility owed on any past day, and for how long."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Date, cast, or_, select

from marketplace.billing.models import CreditNote, Invoice, Payment, PaymentMethod
from marketplace.billing.queries import Account, credited_cents, paid_cents
from marketplace.billing.rules import Ageing, InvoiceState, ageing_bucket
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.ledger.posting import for_the_system
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import credit


@dataclass(frozen=True)
class Statement:
    """The open invoices of one facility at the end of `day`, the oldest first, and the credit it had."""

    facility: Facility
    day: date
    open: tuple[Account, ...]
    credit_cents: int

    @property
    def owed_cents(self) -> int:
        return sum(account.remaining for account in self.open)

    @property
    def ageing(self) -> dict[Ageing, int]:
        """Cents open in each column of the ageing table."""
        columns = dict.fromkeys(Ageing, 0)
        for account in self.open:
            columns[ageing_bucket(account.days_late)] += account.remaining
        return columns


def statement(facility: Facility, day: date) -> Statement:
    """The statement of account at the end of a day: what was issued, paid, credited, voided or bounced later is left out."""
    rows = session.execute(
        select(Invoice, paid_cents(day), credited_cents(day))
        .where(
            Invoice.facility_id == facility.id,
            Invoice.issued_on <= day,
            or_(Invoice.state == InvoiceState.ISSUED, cast(Invoice.voided_at, Date) > day),
        )
        .order_by(Invoice.due_on, Invoice.id)
    )
    stood = [_OnDay(invoice, int(paid), int(credited), day) for invoice, paid, credited in rows]
    with for_the_system():
        held = balance(
            credit(facility.id), until=datetime.combine(day + timedelta(days=1), time(0), UTC) - timedelta.resolution
        )
    return Statement(facility, day, tuple(account for account in stood if account.remaining > 0), held)


class _OnDay(Account):
    """An invoice as it stood on a past day: one voided since was open then."""

    @property
    def remaining(self) -> int:
        return self.invoice.total_cents - self.paid - self.credited


def last_payments(facility: Facility, day: date, most: int = 10) -> list[Payment]:
    """The last payments received up to a day."""
    return list(
        session.scalars(
            select(Payment)
            .where(
                Payment.facility_id == facility.id,
                Payment.received_on <= day,
                Payment.method != PaymentMethod.CREDIT_BALANCE,
            )
            .order_by(Payment.received_on.desc(), Payment.id.desc())
            .limit(most)
        )
    )


def last_credit_notes(facility: Facility, day: date, most: int = 10) -> list[CreditNote]:
    """The last credit notes given up to a day."""
    return list(
        session.scalars(
            select(CreditNote)
            .where(CreditNote.facility_id == facility.id, CreditNote.issued_on <= day)
            .order_by(CreditNote.id.desc())
            .limit(most)
        )
    )
