"""Papers set by the worker once an invoice or credit note is issued, so that nobody waits for them."""

from procrastinate import RetryStrategy

from marketplace.billing.documents import paper_of_credit_note, paper_of_invoice
from marketplace.db import jobs_app

AGAIN = RetryStrategy(max_attempts=6, exponential_wait=10)


@jobs_app.task(name="billing.set_invoice", queue="papers", retry=AGAIN)
def set_invoice(invoice_id: int) -> None:
    """Set and keep the PDF of an invoice; nothing to do when somebody has asked for it already."""
    paper_of_invoice(invoice_id)


@jobs_app.task(name="billing.set_credit_note", queue="papers", retry=AGAIN)
def set_credit_note(credit_note_id: int) -> None:
    """Set and keep the PDF of a credit note."""
    paper_of_credit_note(credit_note_id)
