"""What a facility is told about its invoices."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.permissions import MAY, Permission
from marketplace.billing.models import Invoice
from marketplace.db import session
from marketplace.kernel import Phrase, dollars
from marketplace.messaging.writing import Mail, notify, write_letter


def notify_issued(invoices: Sequence[Invoice], at: datetime) -> None:
    """A letter to each facility's contact, and a notice to everybody there who may see invoices.

    The contact is an address: it is written to in the language of whoever there signs in with it, else of the facility's
    first owner.
    """
    facilities = {invoice.facility_id for invoice in invoices}
    members = session.scalars(
        select(Membership)
        .join(Membership.person)
        .where(Membership.organisation_id.in_(facilities), Membership.active, Person.active)
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    ).all()
    for invoice in invoices:
        there = [member for member in members if member.organisation_id == invoice.facility_id]
        readers = [member.person for member in there if Permission.INVOICE_SEE in MAY[member.role]]
        sentence = Phrase(
            "Invoice %(number)s over %(amount)s is due on %(day)s.",
            number=invoice.number,
            amount=dollars(invoice.total_cents),
            day=invoice.due_on,
        )
        link = f"/invoices/{invoice.id}"
        for reader in readers:
            notify(reader, sentence, kind="invoice", link=link)
        contact = invoice.facility.contact_email
        if contact:
            mail = Mail(
                Phrase("Invoice %(number)s", number=invoice.number),
                [sentence, Phrase("Every line shows the hours behind it and who approved them.")],
                Phrase("Open the invoice"),
            )
            known = [person for person in readers if person.email.casefold() == contact.casefold()] or readers
            write_letter(contact, mail, kind="invoice", link=link, locale=known[0].locale if known else "en")
            invoice.sent_at = at
