"""How an invoice lives, how late it is, and how tax falls on its lines."""

from datetime import date, timedelta
from enum import StrEnum

from marketplace.kernel import Lifecycle, split


class InvoiceState(StrEnum):
    """The paper itself. Sent, viewed, paid and overdue are other questions and derived elsewhere."""

    DRAFT = "draft"
    ISSUED = "issued"
    VOIDED = "voided"


LIFE = Lifecycle(
    "invoice",
    {
        (InvoiceState.DRAFT, "issue"): InvoiceState.ISSUED,
        (InvoiceState.ISSUED, "void"): InvoiceState.VOIDED,
    },
)


class InvoiceStatus(StrEnum):
    """Whether an invoice is paid: derived from what was settled and the day, never stored."""

    DRAFT = "draft"
    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    OVERDUE = "overdue"
    PAID = "paid"
    CREDITED = "credited"
    VOID = "void"


def due_day(issued_on: date, net_days: int) -> date:
    """The last day on which an invoice is paid in time: NET 30 counts thirty days from the day after it is issued."""
    return issued_on + timedelta(days=net_days)


def status(
    state: InvoiceState, total: int, paid: int, credited: int, due_on: date | None, today: date
) -> InvoiceStatus:
    """How an invoice stands on a day in the facility's calendar; amounts in cents. The due day itself is still in time."""
    if state is not InvoiceState.ISSUED:
        return InvoiceStatus.DRAFT if state is InvoiceState.DRAFT else InvoiceStatus.VOID
    if paid + credited >= total:
        return InvoiceStatus.PAID if paid else InvoiceStatus.CREDITED
    if due_on is not None and today > due_on:
        return InvoiceStatus.OVERDUE
    return InvoiceStatus.PARTLY_PAID if paid + credited else InvoiceStatus.OPEN


def number_in(series: str, count: int) -> str:
    """The count as it is printed, so that numbers also sort by name: INV-2026 and 7 make INV-2026-00007."""
    return f"{series}-{count:05d}"


def tax_part(amount: int, subtotal: int, tax: int) -> int:
    """How much of an amount taken back from an invoice was tax, in cents: in proportion, by largest remainder."""
    return split(amount, [subtotal, tax])[1] if tax else 0


class Ageing(StrEnum):
    """How long an invoice is past its due day, as receivables are always tabulated."""

    CURRENT = "current"
    DAYS_1_30 = "1–30"
    DAYS_31_60 = "31–60"
    DAYS_61_90 = "61–90"
    OVER_90 = "90+"


def ageing_bucket(days_past_due: int) -> Ageing:
    """The column for so many days after the due day; zero and less is current."""
    if days_past_due <= 0:
        return Ageing.CURRENT
    if days_past_due <= 30:
        return Ageing.DAYS_1_30
    if days_past_due <= 60:
        return Ageing.DAYS_31_60
    if days_past_due <= 90:
        return Ageing.DAYS_61_90
    return Ageing.OVER_90
