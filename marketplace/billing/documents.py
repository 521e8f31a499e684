"""Invoices and credit notes as documents: what stands on them, ready to be set.

A document is in the language the invoice was issued in (`Invoice.locale`), and so is every credit note for it.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.billing.models import CreditNote, Invoice, InvoiceLine
from marketplace.config import settings_in_force
from marketplace.db import session
from marketplace.documents.archive import stored_document
from marketplace.documents.letterhead import in_words, letterhead, printed_day, void_mark
from marketplace.documents.models import IssuedDocument
from marketplace.facilities.models import Facility
from marketplace.kernel import Language, Phrase, dollars, hours_and_minutes, local_day, together
from marketplace.messaging.languages import language_of


def paper_of_invoice(invoice_id: int) -> IssuedDocument:
    """The PDF of an issued invoice, as it was set when first asked for. The caller has checked who may see it.

    A void invoice has a second document, marked VOID; the first is kept and no longer handed out.
    """
    invoice = session.scalars(
        select(Invoice)
        .where(Invoice.id == invoice_id)
        .options(joinedload(Invoice.facility), selectinload(Invoice.lines))
    ).one()
    assert invoice.issued_at is not None
    return stored_document(
        "void_invoice" if invoice.voided_at else "invoice",
        invoice.id,
        "invoice",
        lambda: invoice_data(invoice),
        invoice.voided_at or invoice.issued_at,
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
    language = language_of(invoice.locale)
    due = printed_day(invoice.due_on, language)
    terms = Phrase("NET %(days)s", days=invoice.net_days) if invoice.net_days else Phrase("Due on receipt")
    period = together([invoice.period_from, invoice.period_until], " – ")
    facts: list[tuple[Phrase, object]] = [
        (Phrase("Invoice date"), printed_day(invoice.issued_on, language)),
        (Phrase("Due"), due),
        (Phrase("Terms"), terms),
        (Phrase("Work"), period),
    ]
    if invoice.po_number:
        facts.append((Phrase("Purchase order"), invoice.po_number))
    minutes = sum(line.minutes for line in invoice.lines)
    sums = [
        (Phrase("Hours"), hours_and_minutes(minutes)),
        (Phrase("Subtotal"), dollars(invoice.subtotal_cents)),
        (Phrase("Sales tax"), dollars(invoice.tax_cents)),
    ]
    address = f"{settings_in_force().base_url}/invoices/{invoice.id}"
    return {
        **letterhead(language),
        "title": Phrase("Invoice").read(language),
        "void": _void(invoice, language),
        "number": invoice.number,
        "to": recipient(invoice.facility, language),
        "facts": in_words(facts, language),
        "lines": [
            {
                "day": f"{line.position}",
                "what": line.printed,
                "hours": hours_and_minutes(line.minutes),
                "rate": dollars(line.rate_cents),
                "amount": dollars(line.amount_cents),
            }
            for line in invoice.lines
        ],
        "sums": in_words(sums, language),
        "total_label": (
            Phrase("Total of the void invoice") if invoice.voided_at else Phrase("Total due %(day)s", day=due)
        ).read(language),
        "total": dollars(invoice.total_cents),
        "pay_head": Phrase("How to pay").read(language),
        "pay": Phrase(
            "Pay by check, ACH or wire and write %(number)s on it, so that it settles this invoice.",
            number=invoice.number,
        ).read(language),
        "evidence": Phrase(
            "The hours behind every line, and who approved them, are at %(address)s.", address=address
        ).read(language),
    }


def _void(invoice: Invoice, language: Language) -> dict[str, str] | None:
    if invoice.voided_at is None:
        return None
    day = local_day(invoice.voided_at, invoice.facility.time_zone)
    said = Phrase("Voided on %(day)s. Nothing is owed on this invoice.", day=printed_day(day, language))
    return void_mark(said, invoice.void_reason, language)


def credit_note_data(note: CreditNote) -> dict[str, Any]:
    """Everything printed on a credit note."""
    invoice: Invoice = note.invoice
    line: InvoiceLine | None = note.line
    language = language_of(invoice.locale)
    facts = [
        (Phrase("Date"), printed_day(note.issued_on, language)),
        (Phrase("For invoice"), invoice.number),
        (Phrase("Invoice date"), printed_day(invoice.issued_on, language)),
    ]
    sums = [
        (Phrase("Net"), dollars(note.amount_cents - note.tax_cents)),
        (Phrase("Sales tax"), dollars(note.tax_cents)),
    ]
    uses = [
        (Phrase("Taken off what is owed on the invoice"), note.to_receivable_cents),
        (Phrase("Kept as credit for coming invoices"), note.to_credit_cents),
    ]
    return {
        **letterhead(language),
        "title": Phrase("Credit note").read(language),
        "number": note.number,
        "to": recipient(invoice.facility, language),
        "facts": in_words(facts, language),
        "reason_head": Phrase("Reason").read(language),
        "reason": note.reason,
        "line_head": Phrase("The line that is corrected").read(language),
        "line": line.description if line else "",
        "sums": in_words(sums, language),
        "total_label": Phrase("Credit").read(language),
        "total": dollars(note.amount_cents),
        "uses_head": Phrase("How the credit is used").read(language),
        "uses": in_words([(what, dollars(cents)) for what, cents in uses if cents], language),
    }


def recipient(facility: Facility, language: Language) -> list[str]:
    """The lines of the address window."""
    place = ", ".join(part for part in (facility.city, facility.region) if part)
    contact = Phrase("Attn. %(name)s", name=facility.contact_name).read(language) if facility.contact_name else ""
    return [line for line in (facility.name, contact, place, f"NPI {facility.npi}") if line]
