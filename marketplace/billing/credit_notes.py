"""Putting an issued invoice right without ever changing it: void the whole, or give credit for a part."""

from datetime import datetime

from sqlalchemy import func, select, update

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.billing import notifications
from marketplace.billing.models import CreditNote, Invoice, InvoiceLine, Payment, PaymentAllocation
from marketplace.billing.numbering import CREDIT_NOTES, take_number
from marketplace.billing.queries import account_of
from marketplace.billing.rules import LIFE, InvoiceState, tax_part
from marketplace.db import enqueue, session
from marketplace.kernel import Invalid, NotAllowedNow, Phrase, dollars, local_day, state_words
from marketplace.ledger.posting import Event, entry_posted, post_all
from marketplace.ledger.rules import entry_for_credit_note, entry_for_void


def void(invoice: Invoice, reason: str, by: Person | None, at: datetime) -> None:
    """Take an invoice back as if it had never been issued: its hours can be billed again, its number stays used.

    Raises NotAllowedNow once something was paid or credited; then a credit note is the way.
    """
    _lock(invoice)
    state = LIFE.after(invoice.state, "void")
    paid = session.scalar(
        select(func.count())
        .select_from(PaymentAllocation)
        .join(PaymentAllocation.payment)
        .where(PaymentAllocation.invoice_id == invoice.id, Payment.bounced_at.is_(None))
    )
    if paid or _credited(invoice):
        raise NotAllowedNow(
            "Invoice %(number)s was paid or credited in part, so it cannot be voided. Give a credit note instead.",
            number=invoice.number,
        )
    invoice.state = state
    invoice.voided_at, invoice.voided_by_id, invoice.void_reason = at, by.id if by else None, reason
    session.flush()
    session.execute(
        update(InvoiceLine)
        .where(InvoiceLine.invoice_id == invoice.id)
        .values(live=False)
        .execution_options(synchronize_session=False)
    )
    notifications.notify_settled([invoice.id], at)
    entry = entry_for_void(invoice.id, entry_posted(f"inv:{invoice.id}"))
    memo = Phrase("Invoice %(number)s voided: %(reason)s", number=invoice.number, reason=reason)
    post_all([Event(entry, memo, at)])
    record(
        "void",
        invoice,
        Phrase(
            "Invoice %(number)s over %(amount)s voided: %(reason)s",
            number=invoice.number,
            amount=dollars(invoice.total_cents),
            reason=reason,
        ),
        by=by,
    )


def creditable(invoice: Invoice) -> int:
    """Cents of an issued invoice that were not credited yet: no more than that can be given back."""
    return invoice.total_cents - _credited(invoice) if invoice.state is InvoiceState.ISSUED else 0


def give_credit(
    invoice: Invoice,
    reason: str,
    by: Person | None,
    at: datetime,
    *,
    amount: int | None = None,
    line: InvoiceLine | None = None,
) -> CreditNote:
    """Give back an amount in cents, or a whole line (exactly what it says), with a numbered credit note.

    It comes off what is still owed first; what was paid already is kept as credit for coming invoices. Raises Invalid for
    more than the invoice has left, NotAllowedNow for a draft, a voided invoice or a line that was credited before.
    """
    _lock(invoice)
    if invoice.state is not InvoiceState.ISSUED:
        raise NotAllowedNow("An invoice %(state)s cannot be credited.", state=state_words(invoice.state))
    amount = _amount_to_give(invoice, amount, line)
    to_receivable = min(amount, account_of(invoice, at).remaining)
    today = local_day(at, invoice.facility.time_zone)
    note = CreditNote(
        number=take_number(CREDIT_NOTES, today),
        invoice_id=invoice.id,
        invoice_line_id=line.id if line else None,
        facility_id=invoice.facility_id,
        reason=reason,
        amount_cents=amount,
        tax_cents=tax_part(amount, invoice.subtotal_cents, invoice.tax_cents),
        to_receivable_cents=to_receivable,
        to_credit_cents=amount - to_receivable,
        issued_on=today,
        issued_by_id=by.id if by else None,
        created_at=at,
    )
    session.add(note)
    session.flush()
    entry = entry_for_credit_note(
        note.id, note.facility_id, note.to_receivable_cents, note.to_credit_cents, note.tax_cents
    )
    memo = Phrase(
        "Credit note %(note)s for invoice %(number)s: %(reason)s",
        note=note.number,
        number=invoice.number,
        reason=reason,
    )
    post_all([Event(entry, memo, at)])
    sentence = Phrase(
        "Credit note %(note)s over %(amount)s given for invoice %(number)s: %(reason)s",
        note=note.number,
        amount=dollars(amount),
        number=invoice.number,
        reason=reason,
    )
    record("credit", invoice, sentence, by=by, credit_note=note.id)
    if to_receivable and account_of(invoice, at).remaining == 0:
        notifications.notify_settled([invoice.id], at)
    enqueue("billing.set_credit_note", queue="papers", credit_note_id=note.id)
    return note


def _amount_to_give(invoice: Invoice, amount: int | None, line: InvoiceLine | None) -> int:
    """The cents to give back: the whole line, else the amount asked for. Refuses as `give_credit` says."""
    if line is not None:
        assert line.invoice_id == invoice.id
        if session.scalar(select(func.count()).where(CreditNote.invoice_line_id == line.id)):
            raise NotAllowedNow("This line was credited before.")
        amount = line.amount_cents
    if amount is None or amount <= 0:
        raise Invalid("There is nothing to give back: choose a line or an amount above $0.00.", "amount")
    left = creditable(invoice)
    if amount > left:
        raise Invalid("At most %(amount)s of this invoice can still be credited.", "amount", amount=dollars(left))
    return amount


def _credited(invoice: Invoice) -> int:
    return int(
        session.scalar(
            select(func.coalesce(func.sum(CreditNote.amount_cents), 0)).where(CreditNote.invoice_id == invoice.id)
        )
        or 0
    )


def _lock(invoice: Invoice) -> None:
    """Two acts on one invoice happen one after the other, and the second sees what the first did."""
    session.refresh(invoice, attribute_names=["state", "version"], with_for_update={"of": Invoice})
