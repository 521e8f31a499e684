"""Invoices and credit notes as papers: what stands on them, ready to be set."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.billing.models import CreditNote, Invoice, InvoiceLine
from marketplace.config import settings_in_force
from marketplace.db import session
from marketplace.documents.archive import stored_document
from marketplace.documents.models import IssuedDocument
from marketplace.facilities.models import Facility
from marketplace.kernel import dollars, hours_and_minutes, long_date, short_date


def paper_of_invoice(invoice_id: int) -> IssuedDocument:
    """The PDF of an issued invoice, as it was set when first asked for. The caller has checked who may see it."""
    invoice = session.scalars(
        select(Invoice)
        .where(Invoice.id == invoice_id)
        .options(joinedload(Invoice.facility), selectinload(Invoice.lines))
    ).one()
    assert invoice.issued_at is not None
    return stored_document(
        "invoice",
        invoice.id,
        "invoice",
        lambda: invoice_data(invoice),
        invoice.issued_at,
        facility_id=invoice.facility_id,
    )


def paper_of_credit_note(credit_note_id: int) -> IssuedDocument:
    """The PDF of a credit note."""
    note = session.scalars(
        select(CreditNote)
        .where(CreditNote.id == credit_note_id)
        .options(joinedload(CreditNote.invoice).joinedload(Invoice.facility), joinedload(CreditNote.line))
    ).one()
    return stored_document(
        "credit_note",
        note.id,
        "credit_note",
        lambda: credit_note_data(note),
        note.created_at,
        facility_id=note.facility_id,
    )


def invoice_data(invoice: Invoice) -> dict[str, Any]:
    """Everything printed on an invoice, as text: nothing is reckoned while it is set."""
    minutes = sum(line.minutes for line in invoice.lines)
    facts = [
        ("Invoice date", _day(invoice.issued_on)),
        ("Due", _day(invoice.due_on)),
        ("Terms", f"NET {invoice.net_days}" if invoice.net_days else "Due on receipt"),
        ("Work", f"{short_date(invoice.period_from)} – {short_date(invoice.period_until)}"),
    ]
    if invoice.po_number:
        facts.append(("Purchase order", invoice.po_number))
    return {
        **letterhead(),
        "title": "Invoice",
        "number": invoice.number,
        "to": recipient(invoice.facility),
        "facts": facts,
        "lines": [
            {
                "day": f"{line.position}",
                "what": line.what,
                "hours": hours_and_minutes(line.minutes),
                "rate": dollars(line.rate_cents),
                "amount": dollars(line.amount_cents),
            }
            for line in invoice.lines
        ],
        "hours": hours_and_minutes(minutes),
        "subtotal": dollars(invoice.subtotal_cents),
        "tax": dollars(invoice.tax_cents),
        "total": dollars(invoice.total_cents),
        "due": _day(invoice.due_on),
        "address": f"{settings_in_force().base_url}/invoices/{invoice.id}",
    }


def credit_note_data(note: CreditNote) -> dict[str, Any]:
    """Everything printed on a credit note."""
    invoice: Invoice = note.invoice
    line: InvoiceLine | None = note.line
    uses = [
        ("Taken off what is owed on the invoice", note.to_receivable_cents),
        ("Kept as credit for coming invoices", note.to_credit_cents),
    ]
    return {
        **letterhead(),
        "title": "Credit note",
        "number": note.number,
        "to": recipient(invoice.facility),
        "facts": [
            ("Date", _day(note.issued_on)),
            ("For invoice", invoice.number),
            ("Invoice date", _day(invoice.issued_on)),
        ],
        "reason": note.reason,
        "line": line.description if line else "",
        "subtotal": dollars(note.amount_cents - note.tax_cents),
        "tax": dollars(note.tax_cents),
        "total": dollars(note.amount_cents),
        "uses": [(what, dollars(cents)) for what, cents in uses if cents],
    }


def letterhead() -> dict[str, Any]:
    """Who writes: the agency, and where it answers."""
    told = settings_in_force()
    return {"agency": told.agency_name, "agency_lines": [told.mail_from, told.base_url.partition("://")[2]]}


def recipient(facility: Facility) -> list[str]:
    """The lines of the address window."""
    place = ", ".join(part for part in (facility.city, facility.region) if part)
    contact = f"Attn. {facility.contact_name}" if facility.contact_name else ""
    return [line for line in (facility.name, contact, place, f"NPI {facility.npi}") if line]


def _day(day: date | None) -> str:
    return long_date(day) if day else ""
