"""What was billed and paid: weekly invoice runs, payments that came early, late or not yet, weekly pay runs."""

import random
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.billing import correcting, invoicing, receiving
from marketplace.billing.models import Invoice, PaymentMethod
from marketplace.db.session import session
from marketplace.kernel import clock
from marketplace.payouts import pay_run, sending

# How many days after the due date each facility's money comes; None has not paid since a while.
HABITS: dict[str, int | None] = {
    "harbor": -16, "riverside": -5, "prairie": -15, "bayview": -26, "maple": -19, "oakhill": 4,
}  # fmt: skip


def run(weeks: list[date], facilities: dict[int, str], by: Person, now: datetime, chance: random.Random) -> None:
    """`weeks` are Mondays of whole weeks gone by; `facilities` names each by its key in the cast."""
    for monday in weeks:
        sunday = monday + timedelta(days=6)
        billed = datetime.combine(monday + timedelta(days=9), time(15), UTC)
        if billed < now:
            with clock.frozen_at(billed):
                invoicing.issue(sunday, by, billed)
        paid = datetime.combine(monday + timedelta(days=10), time(16), UTC)
        if paid < now:
            with clock.frozen_at(paid):
                _pay(sunday, by, paid, now)
    _receive(facilities, by, now, chance)
    _credit(by, now)


def _pay(sunday: date, by: Person, at: datetime, now: datetime) -> None:
    done = pay_run.approve(sunday, by, at)
    sent = at + timedelta(hours=20)
    if done is None or sent >= now:
        return
    sending.send_by_hand(done, f"ACH-{sunday:%m%d}", sent.date(), by, sent)
    if (arrived := sent + timedelta(days=2)) < now:
        sending.confirm_arrival(done, by, arrived)


def _receive(facilities: dict[int, str], by: Person, now: datetime, chance: random.Random) -> None:
    invoices = session.scalars(select(Invoice).options(joinedload(Invoice.facility)).order_by(Invoice.id)).all()
    for invoice in invoices:
        assert invoice.due_on is not None
        late = HABITS[facilities[invoice.facility_id]]
        if late is None:
            continue
        day = invoice.due_on + timedelta(days=late + chance.randrange(-1, 3))
        at = datetime.combine(day, time(18), UTC)
        if at >= now:
            continue
        method = chance.choice((PaymentMethod.ACH, PaymentMethod.ACH, PaymentMethod.CHECK, PaymentMethod.WIRE))
        reference = f"{method.value.upper()}-{chance.randrange(10_000, 99_999)}"
        with clock.frozen_at(at):
            receiving.record_payment(invoice.facility, invoice.total_cents, method, day, reference, by, at, invoice)


def _credit(by: Person, now: datetime) -> None:
    """One invoice was partly taken back."""
    invoice = session.scalars(
        select(Invoice).options(joinedload(Invoice.facility), joinedload(Invoice.lines)).order_by(Invoice.id.desc())
    ).unique().first()  # fmt: skip
    if invoice is not None:
        line = min(invoice.lines, key=lambda each: each.amount_cents)
        correcting.give_credit(invoice, "This shift was a training day.", by, now, line=line)
