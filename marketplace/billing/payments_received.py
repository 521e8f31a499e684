"""Money that arrives: recorded by hand, spread over open invoices, and taken back when it bounces."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.billing import notifications
from marketplace.billing.models import Invoice, Payment, PaymentAllocation, PaymentMethod
from marketplace.billing.queries import Account, accounts, with_figures
from marketplace.billing.rules import InvoiceState
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import (
    ENGLISH,
    N_,
    Invalid,
    JoinedList,
    NotAllowedNow,
    Phrase,
    as_written,
    dollars,
    local_day,
    together,
)
from marketplace.ledger.posting import Event, entry_posted, for_the_system, post_all
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import credit, entry_for_bounce, entry_for_credit_used, entry_for_payment

BY_HAND = (PaymentMethod.CHECK, PaymentMethod.ACH, PaymentMethod.WIRE)
OLDEST = date(2000, 1, 1)


def record_payment(
    facility: Facility,
    amount: int,
    method: PaymentMethod,
    received_on: date,
    reference: str,
    by: Person | None,
    at: datetime,
    invoice: Invoice | None = None,
) -> Payment:
    """Money is in the bank: it settles `invoice`, or the open invoices that are due first; what is over becomes credit.

    Raises Invalid for an amount or day that cannot be, and for a payment that was recorded before (same way, reference
    and amount).
    """
    if amount <= 0:
        raise Invalid("The amount must be above $0.00.", "amount")
    # No desk west of Greenwich has a later day than it; a facility's counts where it has begun already.
    if not OLDEST <= received_on <= max(local_day(at, "UTC"), local_day(at, facility.time_zone)):
        raise Invalid("The day the money arrived cannot be in the future.", "received_on")
    _lock(facility)
    _check_new(facility, amount, method, reference)
    open_invoices = _open_invoices(facility, at)
    if invoice is not None:
        open_invoices = [account for account in open_invoices if account.invoice.id == invoice.id]
        if not open_invoices:
            raise NotAllowedNow("Nothing is open on invoice %(number)s.", number=invoice.number)
    owed = sum(account.remaining for account in open_invoices)
    payment = _write(facility, amount, method, received_on, reference, by, at)
    settled = _spread(payment, open_invoices, amount, at)
    happened = datetime.combine(received_on, time(12), UTC)
    entry = entry_for_payment(payment.id, facility.id, amount, owed)
    memo = Phrase("%(payment)s from %(facility)s", payment=_called(payment), facility=facility.name)
    post_all([Event(entry, memo, min(happened, at))])
    over = amount - sum(settled.values())
    uses = [
        Phrase("%(amount)s to %(number)s", amount=dollars(cents), number=number) for number, cents in settled.items()
    ] or [Phrase("nothing was open")]
    kept = [Phrase("%(amount)s kept as credit", amount=dollars(over))] if over > 0 else []
    sentence = Phrase(
        "%(method)s of %(amount)s from %(facility)s recorded: %(uses)s",
        method=Phrase(_word(method)),
        amount=dollars(amount),
        facility=facility.name,
        uses=JoinedList([*uses, *kept], ", "),
    )
    record("record", payment, sentence, by=by)
    return payment


def use_credit(invoice: Invoice, by: Person | None, at: datetime, amount: int | None = None) -> Payment:
    """Settle an invoice from what the agency holds for its facility: as much as there is, or `amount` cents."""
    facility = invoice.facility
    _lock(facility)
    account = next((each for each in _open_invoices(facility, at) if each.invoice.id == invoice.id), None)
    if account is None:
        raise NotAllowedNow("Nothing is open on invoice %(number)s.", number=invoice.number)
    there = credit_balance(facility.id)
    usable = min(there, account.remaining)
    if usable <= 0:
        raise NotAllowedNow("%(facility)s has no credit to use.", facility=facility.name)
    wanted = usable if amount is None else amount
    if not 0 < wanted <= usable:
        raise Invalid("At most %(amount)s of credit can be used for this invoice.", "amount", amount=dollars(usable))
    payment = _write(facility, wanted, PaymentMethod.CREDIT_BALANCE, account.day, "", by, at)
    _spread(payment, [account], wanted, at)
    memo = Phrase("Credit used for %(number)s", number=invoice.number)
    post_all([Event(entry_for_credit_used(payment.id, facility.id, wanted), memo, at)])
    record(
        "use_credit",
        invoice,
        Phrase("%(amount)s of credit used for invoice %(number)s", amount=dollars(wanted), number=invoice.number),
        by=by,
    )
    return payment


def bounce(payment: Payment, reason: str, by: Person | None, at: datetime) -> None:
    """A payment did not clear: what it settled is owed again.

    Credit that it had brought and that is used up meanwhile is taken back from the invoices it was used for, the last
    use first, so that nobody has used more credit than there was.
    """
    if payment.method is PaymentMethod.CREDIT_BALANCE:
        raise NotAllowedNow("Credit that was used cannot bounce.")
    facility = payment.facility
    _lock(facility)
    session.refresh(payment, attribute_names=["bounced_at"])
    if payment.bounced_at is not None:
        raise NotAllowedNow("This payment has bounced before.")
    _take_back(payment, as_written(reason), at)
    record(
        "bounce",
        payment,
        Phrase(
            "%(method)s of %(amount)s bounced: %(reason)s",
            method=Phrase(_word(payment.method)),
            amount=dollars(payment.amount_cents),
            reason=reason,
        ),
        by=by,
    )
    uses = session.scalars(
        select(Payment)
        .where(
            Payment.facility_id == facility.id,
            Payment.method == PaymentMethod.CREDIT_BALANCE,
            Payment.bounced_at.is_(None),
        )
        .order_by(Payment.id.desc())
    ).all()
    for use in uses:
        if credit_balance(facility.id) >= 0:
            break
        _take_back(use, Phrase("The payment that had brought the credit bounced: %(reason)s", reason=reason), at)
        record(
            "bounce",
            use,
            Phrase("%(amount)s of credit used is owed again: its payment bounced", amount=dollars(use.amount_cents)),
            by=by,
        )


def credit_balance(facility_id: int) -> int:
    """Cents the agency holds for a facility. Read for the system: the caller has checked whose it is."""
    with for_the_system():
        return balance(credit(facility_id))


def _take_back(payment: Payment, reason: Phrase, at: datetime) -> None:
    payment.bounced_at = at
    payment.bounce_reason, payment.bounce_phrase = reason.read(ENGLISH), reason.as_record()
    session.flush()
    entry = entry_for_bounce(payment.id, entry_posted(f"pay:{payment.id}"))
    post_all([Event(entry, Phrase("%(payment)s bounced: %(reason)s", payment=_called(payment), reason=reason), at)])


def _called(payment: Payment) -> Phrase:
    """The way to pay with its reference: Check 4471."""
    method = Phrase(_word(payment.method))
    return together([method, payment.reference]) if payment.reference else method


def _write(
    facility: Facility, amount: int, method: PaymentMethod, day: date, reference: str, by: Person | None, at: datetime
) -> Payment:
    payment = Payment(
        facility_id=facility.id,
        facility=facility,
        method=method,
        amount_cents=amount,
        received_on=day,
        reference=reference,
        recorded_by_id=by.id if by else None,
        recorded_at=at,
    )
    session.add(payment)
    session.flush()
    return payment


def _spread(payment: Payment, open_invoices: Sequence[Account], amount: int, at: datetime) -> dict[str, int]:
    """Settle invoices in the order given; what each got, by number."""
    settled: dict[str, int] = {}
    paid: list[int] = []
    for account in open_invoices:
        part = min(amount, account.remaining)
        if part <= 0:
            continue
        session.add(
            PaymentAllocation(
                payment_id=payment.id, invoice_id=account.invoice.id, facility_id=payment.facility_id, amount_cents=part
            )
        )
        settled[str(account.invoice.number)] = part
        if part == account.remaining:
            paid.append(account.invoice.id)
        amount -= part
    session.flush()
    notifications.notify_settled(paid, at)
    return settled


def _open_invoices(facility: Facility, at: datetime) -> list[Account]:
    """The open invoices of the facility, the first due first, locked until the end of the transaction."""
    invoices = (
        select(Invoice)
        .where(Invoice.facility_id == facility.id, Invoice.state == InvoiceState.ISSUED)
        .options(joinedload(Invoice.facility))
        .order_by(Invoice.due_on, Invoice.id)
    )
    session.execute(
        select(Invoice.id)
        .where(Invoice.facility_id == facility.id, Invoice.state == InvoiceState.ISSUED)
        .order_by(Invoice.id)
        .with_for_update()
    )
    return [account for account in accounts(session.execute(with_figures(invoices)), at) if account.remaining > 0]


def _check_new(facility: Facility, amount: int, method: PaymentMethod, reference: str) -> None:
    if not reference:
        return
    before = session.scalars(
        select(Payment).where(
            Payment.facility_id == facility.id,
            Payment.method == method,
            Payment.reference == reference,
            Payment.amount_cents == amount,
            Payment.bounced_at.is_(None),
        )
    ).first()
    if before is not None:
        raise Invalid(
            "%(method)s %(reference)s over %(amount)s was recorded before, received on %(day)s. If this is another one,"
            " give it a reference of its own.",
            "reference",
            method=Phrase(_word(method)),
            reference=reference,
            amount=dollars(amount),
            day=before.received_on,
        )


def _lock(facility: Facility) -> None:
    """Payments of one facility are recorded one after the other."""
    session.execute(select(Facility.id).where(Facility.id == facility.id).with_for_update(key_share=True))


def _word(method: PaymentMethod) -> str:
    return {
        PaymentMethod.CHECK: N_("Check"),
        PaymentMethod.ACH: N_("ACH"),
        PaymentMethod.WIRE: N_("Wire"),
        PaymentMethod.CREDIT_BALANCE: N_("Credit"),
    }[method]
