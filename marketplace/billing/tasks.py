"""Papers set by the worker once an invoice or credit note is issued, so that nobody waits for them."""

from marketplace.billing.documents import paper_of_credit_note, paper_of_invoice
from marketplace.db import SOON_AGAIN, jobs_app


@jobs_app.task(name="billing.set_invoice", queue="papers", retry=SOON_AGAIN)
def set_invoice(invoice_id: int) -> None:
    """Set and keep the PDF of an invoice; nothing to do when somebody has asked for it already."""
    paper_of_invoice(invoice_id)


@jobs_app.task(name="billing.set_credit_note", queue="papers", retry=SOON_AGAIN)
def set_credit_note(credit_note_id: int) -> None:
    """Set and keep the PDF of a credit note."""
    paper_of_credit_note(credit_note_id)
