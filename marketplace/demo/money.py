"""What was billed and paid: weekly invoice runs, payments that came early, late or not yet, weekly pay runs."""

import random
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.billing import credit_notes, invoicing, payments_received
from marketplace.billing.models import Invoice, PaymentMethod
from marketplace.billing.rules import InvoiceState
from marketplace.db import session
from marketplace.kernel import clock
from marketplace.payouts import pay_run, sending

# How many days after the due date each facility's money comes; None has not paid since a while.
HABITS: dict[str, int | None] = {
    "harbor": -16, "riverside": -5, "prairie": -15, "bayview": -26, "maple": -19, "oakhill": 4,
}  # fmt: skip


# In which week what goes wrong with one payout.
SET_BACK = {2: "release", 4: "fail", 6: "reverse"}


def run(weeks: list[date], facilities: dict[int, str], by: Person, now: datetime, chance: random.Random) -> None:
    """`weeks` are Mondays of whole weeks gone by; `facilities` names each by its key in the cast."""
    for monday in weeks:
        sunday = monday + timedelta(days=6)
        billed = datetime.combine(monday + timedelta(days=9), time(15), UTC)
        if billed < now:
            with clock.frozen_at(billed):
                invoices = invoicing.issue(sunday, by, billed)
                if monday == weeks[3]:
                    _issue_again(invoices[0], sunday, by, billed)
        paid = datetime.combine(monday + timedelta(days=10), time(16), UTC)
        if paid < now:
            with clock.frozen_at(paid):
                _pay(sunday, by, paid, now, SET_BACK.get(weeks.index(monday), ""))
    _receive(facilities, by, now, chance)
    _credit(by, now)
    _under_way(weeks[-1] + timedelta(days=6), by, now)


def _issue_again(invoice: Invoice, sunday: date, by: Person, at: datetime) -> None:
    """Voided the moment after, and issued once more: the number stays used."""
    credit_notes.void(invoice, "The purchase order of the facility was missing.", by, at)
    session.flush()
    invoicing.issue(sunday, by, at)


def _pay(sunday: date, by: Person, at: datetime, now: datetime, set_back: str) -> None:
    done = pay_run.approve(sunday, by, at)
    sent = at + timedelta(hours=20)
    if done is None or sent >= now:
        return
    if set_back == "release":
        sending.release(done.payouts[0], "They asked us to wait for their new account.", by, at)
    sending.send_by_hand(done, f"ACH-{sunday:%m%d}", sent.date(), by, sent)
    if (arrived := sent + timedelta(days=2)) < now:
        if set_back == "fail":
            sending.fail(done.payouts[0], "The account is closed.", by, arrived)
        sending.confirm_arrival(done, by, arrived)
        if set_back == "reverse":
            sending.reverse(done.payouts[1], "Sent to an account of the same name.", by, arrived + timedelta(days=1))


def _receive(facilities: dict[int, str], by: Person, now: datetime, chance: random.Random) -> None:
    invoices = session.scalars(
        select(Invoice)
        .where(Invoice.state == InvoiceState.ISSUED)
        .options(joinedload(Invoice.facility))
        .order_by(Invoice.id)
    ).all()
    bounced = False
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
            over = ROUNDED_UP if invoice.id % 17 == 5 else 0
            payment = payments_received.record_payment(
                invoice.facility, invoice.total_cents + over, method, day, reference, by, at, invoice
            )
        back = at + timedelta(days=4)
        if method is PaymentMethod.CHECK and not bounced and back < now:
            bounced = True
            with clock.frozen_at(back):
                payments_received.bounce(payment, "The check was not covered.", by, back)


ROUNDED_UP = 5_000
"""Cents that somebody paid too much, kept as their credit."""


def _under_way(sunday: date, by: Person, now: datetime) -> None:
    """Credit is used for the newest invoice; one pay run is with the bank, one waits for the bank, two people wait."""
    owing = session.scalars(
        select(Invoice)
        .where(Invoice.state == InvoiceState.ISSUED)
        .options(joinedload(Invoice.facility))
        .order_by(Invoice.id.desc())
    ).all()
    for invoice in owing:
        if payments_received.credit_balance(invoice.facility_id) > 0:
            payments_received.use_credit(invoice, by, now)
            break
    waiting = [pay.coordinator for pay in pay_run.preview(sunday).ready]
    late, held, *others = waiting
    for who, reason in ((late, "Tax form W-9 is missing."), (held, "The name of the account is another one.")):
        placed = sending.hold(who, reason, by, now - timedelta(days=2))
        if who is late:
            sending.lift(placed, by, now - timedelta(days=1))
    half = len(others) // 2
    sent = pay_run.approve(sunday, by, now - timedelta(hours=20), only={one.id for one in others[:half]})
    if sent is not None:
        left = now - timedelta(hours=2)
        sending.send_by_hand(sent, f"ACH-{sunday:%m%d}B", left.date(), by, left)
    pay_run.approve(sunday, by, now - timedelta(hours=1), only={one.id for one in others[half:]})


def _credit(by: Person, now: datetime) -> None:
    """One invoice was partly taken back."""
    invoice = session.scalars(
        select(Invoice).options(joinedload(Invoice.facility), joinedload(Invoice.lines)).order_by(Invoice.id.desc())
    ).unique().first()  # fmt: skip
    if invoice is not None:
        line = min(invoice.lines, key=lambda each: each.amount_cents)
        credit_notes.give_credit(invoice, "This shift was a training day.", by, now, line=line)
