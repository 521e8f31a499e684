"""Invoices, credit notes and the money received. Issued papers never change; what is still owed is derived from the ledger."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.billing.rules import InvoiceState
from marketplace.db import Base, Cents, Key, Minutes, Moment, Versioned, check, related, state_column
from marketplace.facilities.models import Facility
from marketplace.kernel import reread
from marketplace.timesheets.models import TimeSegment


class NumberSeries(Base):
    """The last number given in a series (`INV-2026`): taken under a row lock in the issuing transaction, so without gaps."""

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0, server_default="0")


class Invoice(Versioned, Base):
    """A bill to one facility. A draft has no number; an issued one never changes (trigger); a wrong one is voided.

    An invoice is a document in one language: `locale` is that of its recipient on the day it was issued
    (`queries.document_locale`). The PDF, the letter and the credit notes of the invoice are in it, whatever language the
    recipient chooses later. Pages about the invoice are in the reader's language.
    """

    id: Mapped[Key]
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    locale: Mapped[str] = mapped_column(default="en", server_default="en")
    number: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[InvoiceState] = state_column(InvoiceState, InvoiceState.DRAFT)
    period_from: Mapped[date]
    period_until: Mapped[date]
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    net_days: Mapped[int]
    po_number: Mapped[str] = mapped_column(default="", server_default="")
    subtotal_cents: Mapped[Cents]
    tax_cents: Mapped[Cents] = mapped_column(default=0, server_default="0")
    total_cents: Mapped[Cents]
    issued_at: Mapped[datetime | None]
    issued_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    voided_at: Mapped[datetime | None]
    voided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    void_reason: Mapped[str] = mapped_column(default="", server_default="")
    sent_at: Mapped[datetime | None]
    viewed_at: Mapped[datetime | None]
    created_at: Mapped[Moment]

    facility: Mapped[Facility] = related()
    lines: Mapped[list["InvoiceLine"]] = related(back_populates="invoice", order_by="InvoiceLine.position")

    __table_args__ = (
        check("(state = 'draft') = (number IS NULL)", "number_when_issued"),
        check("total_cents = subtotal_cents + tax_cents", "total"),
        check("state = 'draft' OR total_cents > 0", "something_to_pay"),
    )


class InvoiceLine(Base):
    """One segment of approved time on an invoice. A segment stands on at most one live line.

    `description` is what the invoice says, in its own language, with hours and rate; `phrase` is the same without them, for
    readers of pages. A line from before phrases were kept has the description alone.
    """

    id: Mapped[Key]
    invoice_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("invoice.id"), index=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"))
    time_segment_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("time_segment.id"))
    position: Mapped[int]
    description: Mapped[str]
    phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    minutes: Mapped[Minutes]
    rate_cents: Mapped[Cents]
    amount_cents: Mapped[Cents]
    live: Mapped[bool] = mapped_column(default=True, server_default="true")

    invoice: Mapped[Invoice] = related(back_populates="lines")
    segment: Mapped[TimeSegment | None] = related()

    @property
    def what(self) -> str:
        """The work with its coordinator and day, in the reader's language, without hours and rate."""
        return reread(self.phrase, self.printed)

    @property
    def printed(self) -> str:
        """The same as the invoice prints it, in its own language."""
        return self.description.rpartition(" · ")[0] or self.description

    __table_args__ = (Index("uq_invoice_line_segment", "time_segment_id", unique=True, postgresql_where=text("live")),)


class CreditNote(Base):
    """Takes back part of an issued invoice; numbered without gaps like invoices, never changed."""

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    invoice_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("invoice.id"), index=True)
    invoice_line_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("invoice_line.id"), unique=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    reason: Mapped[str]
    amount_cents: Mapped[Cents]
    tax_cents: Mapped[Cents] = mapped_column(default=0, server_default="0")
    to_receivable_cents: Mapped[Cents]
    to_credit_cents: Mapped[Cents]
    issued_on: Mapped[date]
    issued_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    created_at: Mapped[Moment]

    invoice: Mapped[Invoice] = related()
    line: Mapped[InvoiceLine | None] = related()

    __table_args__ = (
        check("amount_cents > 0 AND to_receivable_cents >= 0 AND to_credit_cents >= 0", "positive"),
        check("tax_cents BETWEEN 0 AND amount_cents", "tax"),
        check("amount_cents = to_receivable_cents + to_credit_cents", "amount"),
    )


class PaymentMethod(StrEnum):
    CHECK = "check"
    ACH = "ach"
    WIRE = "wire"
    CREDIT_BALANCE = "credit_balance"


class Payment(Base):
    """Money received from a facility, recorded by hand; what is over goes to the facility's credit balance.

    Using that credit for an invoice is a payment too, from the balance instead of the bank.
    """

    id: Mapped[Key]
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    method: Mapped[PaymentMethod] = state_column(PaymentMethod)
    amount_cents: Mapped[Cents]
    received_on: Mapped[date]
    reference: Mapped[str] = mapped_column(default="", server_default="")
    recorded_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    recorded_at: Mapped[Moment]
    bounced_at: Mapped[datetime | None]
    bounce_reason: Mapped[str] = mapped_column(default="", server_default="")
    bounce_phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    facility: Mapped[Facility] = related()
    allocations: Mapped[list["PaymentAllocation"]] = related(back_populates="payment")

    @property
    def why_bounced(self) -> str:
        """Why it did not clear: as somebody wrote it, or in the reader's language; empty when it did."""
        return reread(self.bounce_phrase, self.bounce_reason)

    __table_args__ = (check("amount_cents > 0", "amount_positive"),)


class PaymentAllocation(Base):
    """Which part of a payment settles which invoice."""

    id: Mapped[Key]
    payment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("payment.id"), index=True)
    invoice_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("invoice.id"), index=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"))
    amount_cents: Mapped[Cents]

    payment: Mapped[Payment] = related(back_populates="allocations")
    invoice: Mapped[Invoice] = related()

    __table_args__ = (check("amount_cents > 0", "amount_positive"),)
