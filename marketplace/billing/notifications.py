"""Notices and letters to a facility about its invoices."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from marketplace.accounts.models import Person
from marketplace.billing.models import Invoice
from marketplace.kernel import Phrase, dollars
from marketplace.messaging.writing import Mail, notify, settle, write_letter


def notify_settled(invoice_ids: Sequence[int], at: datetime) -> None:
    """Nothing is owed on these invoices any more: their notices stop asking for attention."""
    if invoice_ids:
        settle([f"/invoices/{key}" for key in invoice_ids], "invoice", at)


def notify_issued(invoices: Sequence[Invoice], readers: Mapping[int, Sequence[Person]], at: datetime) -> None:
    """A letter to each facility's contact in the language of the invoice, and a notice to each of its `readers`."""
    for invoice in invoices:
        sentence = Phrase(
            "Invoice %(number)s over %(amount)s is due on %(day)s.",
            number=invoice.number,
            amount=dollars(invoice.total_cents),
            day=invoice.due_on,
        )
        link = f"/invoices/{invoice.id}"
        for reader in readers[invoice.facility_id]:
            notify(reader, sentence, kind="invoice", link=link)
        contact = invoice.facility.contact_email
        if contact:
            mail = Mail(
                Phrase("Invoice %(number)s", number=invoice.number),
                [sentence, Phrase("Every line shows the hours behind it and who approved them.")],
                Phrase("Open the invoice"),
            )
            write_letter(contact, mail, kind="invoice", link=link, locale=invoice.locale)
            invoice.sent_at = at
