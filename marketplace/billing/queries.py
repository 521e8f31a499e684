"""Which invoices, and how they stand: what was paid and credited is summed anew each time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.permissions import MAY, Permission
from marketplace.billing.models import CreditNote, Invoice, InvoiceLine, Payment, PaymentAllocation
from marketplace.billing.rules import InvoiceState, InvoiceStatus, status
from marketplace.db import as_system, seen_by, session
from marketplace.facilities.models import Facility
from marketplace.kernel import local_day
from marketplace.timesheets.models import TimeEntry, TimeSegment


def visible_to(person: Person) -> Select[Invoice]:
    """The agency sees every invoice, a facility those issued to it, nobody else any."""
    invoices = select(Invoice).options(joinedload(Invoice.facility))
    issued = Invoice.state != InvoiceState.DRAFT
    return seen_by(person, invoices, facility=Invoice.facility_id, facility_if=[issued])


def facilities_visible_to(person: Person) -> Select[Facility]:
    """The facilities whose statement of account a person may read."""
    facilities = select(Facility).order_by(Facility.name)
    return seen_by(person, facilities, facility=Facility.id)


def payments_visible_to(person: Person) -> Select[Payment]:
    """Payments with what they settled; a facility sees its own."""
    payments = select(Payment).options(
        joinedload(Payment.facility), selectinload(Payment.allocations).joinedload(PaymentAllocation.invoice)
    )
    return seen_by(person, payments, facility=Payment.facility_id)


def credit_notes_visible_to(person: Person) -> Select[CreditNote]:
    """Credit notes with their invoices; a facility sees its own."""
    notes = select(CreditNote).options(
        joinedload(CreditNote.invoice).joinedload(Invoice.facility), joinedload(CreditNote.line)
    )
    return seen_by(person, notes, facility=CreditNote.facility_id)


@dataclass(frozen=True)
class Account:
    """An invoice with what was settled of it, in cents, as of `day` (the facility's calendar)."""

    invoice: Invoice
    paid: int
    credited: int
    day: date

    @property
    def remaining(self) -> int:
        """The cents still owed: none on a draft or a voided invoice."""
        issued = self.invoice.state is InvoiceState.ISSUED
        return self.invoice.total_cents - self.paid - self.credited if issued else 0

    @property
    def standing(self) -> InvoiceStatus:
        invoice = self.invoice
        return status(invoice.state, invoice.total_cents, self.paid, self.credited, invoice.due_on, self.day)

    @property
    def days_late(self) -> int:
        """Days past the due day; negative before it."""
        return (self.day - self.invoice.due_on).days if self.invoice.due_on else 0


def paid_cents(until: date | None = None) -> ColumnElement[int]:
    """The cents that payments have settled of an invoice, up to the end of a day: the bounced do not count."""
    bounced = Payment.bounced_at.is_(None)
    when: list[ColumnElement[bool]] = [bounced]
    if until is not None:
        when = [or_(bounced, cast(Payment.bounced_at, Date) > until), Payment.received_on <= until]
    return (
        select(func.coalesce(func.sum(PaymentAllocation.amount_cents), 0))
        .join(PaymentAllocation.payment)
        .where(PaymentAllocation.invoice_id == Invoice.id, *when)
        .correlate(Invoice)
        .scalar_subquery()
    )


def credited_cents(until: date | None = None) -> ColumnElement[int]:
    """The cents that credit notes have taken off an invoice's receivable, up to the end of a day."""
    when = [] if until is None else [CreditNote.issued_on <= until]
    return (
        select(func.coalesce(func.sum(CreditNote.to_receivable_cents), 0))
        .where(CreditNote.invoice_id == Invoice.id, *when)
        .correlate(Invoice)
        .scalar_subquery()
    )


def remaining_cents() -> ColumnElement[int]:
    """The cents still open on an issued invoice."""
    return Invoice.total_cents - paid_cents() - credited_cents()


def with_figures(invoices: Select[Invoice]) -> Select[Any]:
    """The same invoices as rows of (invoice, paid, credited), for `accounts`."""
    return invoices.add_columns(paid_cents(), credited_cents())


def accounts(rows: Any, at: datetime) -> list[Account]:
    """Rows of `with_figures` as they stand at an instant, each by its facility's own calendar."""
    return [
        Account(invoice, int(paid), int(credited), local_day(at, invoice.facility.time_zone))
        for invoice, paid, credited in rows
    ]


def account_of(invoice: Invoice, at: datetime) -> Account:
    """The standing of one invoice."""
    rows = session.execute(select(paid_cents(), credited_cents()).select_from(Invoice).where(Invoice.id == invoice.id))
    paid, credited = rows.one()
    return Account(invoice, int(paid), int(credited), local_day(at, invoice.facility.time_zone))


def status_is(wanted: str, at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The condition behind the filter of the list: open (which includes overdue), overdue, paid or void; else all."""
    issued = Invoice.state == InvoiceState.ISSUED
    late = Invoice.due_on < cast(func.timezone(Facility.time_zone, at), Date)
    match wanted:
        case "open":
            return and_(issued, remaining_cents() > 0)
        case "overdue":
            return and_(
                issued,
                remaining_cents() > 0,
                exists().where(Facility.id == Invoice.facility_id, late).correlate(Invoice),
            )
        case "paid":
            return and_(issued, remaining_cents() <= 0)
        case "void":
            return Invoice.state == InvoiceState.VOIDED
        case _:
            return Invoice.id > 0


def owed_and_overdue(person: Person, at: datetime) -> tuple[int, int]:
    """Cents open on all invoices a person may see, and how many of them are past due; one statement."""
    late = status_is("overdue", at)
    open_ = visible_to(person).where(status_is("open", at))
    rows = open_.with_only_columns(
        remaining_cents().label("cents"), late.label("late"), maintain_column_froms=True
    ).subquery()
    owed, overdue = session.execute(
        select(func.coalesce(func.sum(rows.c.cents), 0), func.coalesce(func.sum(rows.c.cents).filter(rows.c.late), 0))
    ).one()
    return int(owed), int(overdue)


def unbilled_segments(until: date) -> Select[TimeSegment]:
    """Approved time up to a day that stands on no live invoice line."""
    billed = exists().where(InvoiceLine.time_segment_id == TimeSegment.id, InvoiceLine.live).correlate(TimeSegment)
    return select(TimeSegment).where(TimeSegment.work_day <= until, ~billed)


def unbilled_cents() -> int:
    """The cents of all approved time that stands on no live invoice line, corrections taken off."""
    unbilled = unbilled_segments(date.max).subquery()
    return int(session.scalar(select(func.coalesce(func.sum(unbilled.c.bill_cents), 0))) or 0)


def line_with_evidence(invoice: Invoice, line_id: int) -> InvoiceLine | None:
    """A line with everything that proves it: segment, hours, who approved this segment."""
    return session.scalars(
        select(InvoiceLine)
        .where(InvoiceLine.invoice_id == invoice.id, InvoiceLine.id == line_id)
        .options(
            joinedload(InvoiceLine.segment).joinedload(TimeSegment.entry).joinedload(TimeEntry.timesheet),
            joinedload(InvoiceLine.segment).joinedload(TimeSegment.entry).joinedload(TimeEntry.decided_by),
            joinedload(InvoiceLine.segment).joinedload(TimeSegment.approved_by),
        )
    ).one_or_none()


def is_billed(segment_ids: Collection[int]) -> bool:
    """Whether any of these segments stands on a live invoice line. Asked before an approval is taken back."""
    with as_system():
        on_a_line = select(exists().where(InvoiceLine.time_segment_id.in_(segment_ids), InvoiceLine.live))
        return bool(session.scalar(on_a_line))


# ---- recipients -------------------------------------------------------------------------------------------------


def invoice_readers(facility_ids: Collection[int]) -> dict[int, list[Person]]:
    """Everybody who may see the invoices of these facilities, by facility, the first to join first. One statement."""
    members = session.scalars(
        select(Membership)
        .join(Membership.person)
        .where(Membership.organisation_id.in_(facility_ids), Membership.active, Person.active)
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    ).all()
    readers: dict[int, list[Person]] = {key: [] for key in facility_ids}
    for member in members:
        if Permission.INVOICE_SEE in MAY[member.role]:
            readers[member.organisation_id].append(member.person)
    return readers


def document_locale(facility: Facility, readers: Sequence[Person]) -> str:
    """The language an invoice to this facility is issued in.

    The recipient is the facility's contact, who is an address: its documents are in the language of whoever there signs in
    with that address, else of the first reader of its invoices, else in English.
    """
    contact = (facility.contact_email or "").casefold()
    known = [person for person in readers if person.email.casefold() == contact] or readers
    return known[0].locale if known else "en"
