"""Invoices and credit notes as files: the PDF, and the lines for a spreadsheet."""

from flask import Response
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.billing.documents import paper_of_credit_note, paper_of_invoice
from marketplace.billing.models import Invoice, InvoiceLine
from marketplace.billing.queries import (
    credit_notes_visible_to,
    visible_to,
)
from marketplace.billing.views.blueprint import pages
from marketplace.kernel import NotAllowedNow, plain_dollars
from marketplace.web import csv_download, get_or_404, pdf_download


@pages.get("/<int:invoice_id>/pdf", may=Permission.INVOICE_SEE)
def pdf(invoice_id: int) -> Response:
    """The paper itself; set now when the worker has not come to it yet."""
    found = get_or_404(visible_to(current_person()), invoice_id)
    if found.number is None:
        raise NotAllowedNow(_("A draft has no document yet."))
    paper = paper_of_invoice(found.id)
    return pdf_download(found.number, paper.pdf, paper.sha256)


@pages.get("/credit-notes/<int:credit_note_id>/pdf", may=Permission.INVOICE_SEE)
def credit_note_pdf(credit_note_id: int) -> Response:
    found = get_or_404(credit_notes_visible_to(current_person()), credit_note_id)
    paper = paper_of_credit_note(found.id)
    return pdf_download(found.number, paper.pdf, paper.sha256)


@pages.get("/<int:invoice_id>/lines.csv", may=Permission.INVOICE_SEE)
def lines_csv(invoice_id: int) -> Response:
    """The lines with their hours and rates, for a spreadsheet."""
    found = get_or_404(
        visible_to(current_person()).options(selectinload(Invoice.lines).joinedload(InvoiceLine.segment)), invoice_id
    )
    return csv_download(
        f"{found.number}-lines",
        ("invoice", "line", "day", "service_line", "earn_code", "description", "minutes", "rate_usd", "amount_usd"),
        (
            (
                found.number,
                line.position,
                line.segment.work_day if line.segment else "",
                line.segment.service_line if line.segment else "",
                line.segment.earn_code if line.segment else "",
                line.what,
                line.minutes,
                plain_dollars(line.rate_cents),
                plain_dollars(line.amount_cents),
            )
            for line in found.lines
        ),
    )
