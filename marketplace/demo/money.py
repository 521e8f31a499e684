"""The demo's money: weekly invoice runs, payments that came early, late or not yet, weekly pay runs."""

import random
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.billing import credit_notes, invoicing, payments_received
from marketplace.billing.models import Invoice, PaymentMethod
from marketplace.billing.rules import InvoiceState
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import clock
from marketplace.payouts import pay_run, sending

# How many days after the due date each facility's money comes; None has not paid since a while.
HABITS: dict[str, int | None] = {
    "harbor": -16, "riverside": -5, "prairie": -15, "bayview": -26, "maple": -19, "oakhill": 4,
}  # fmt: skip


# In which week what goes wrong with one payout.
SET_BACK = {1: "discard", 2: "release", 4: "fail", 6: "reverse"}


def run(weeks: list[date], facilities: dict[int, str], by: Person, now: datetime, chance: random.Random) -> None:
    """`weeks` are Mondays of whole weeks gone by; `facilities` names each by its key in the cast. The last week is not yet
    paid as a whole, whatever day it is.
    """
    for monday in weeks:
        sunday = monday + timedelta(days=6)
        billed = datetime.combine(monday + timedelta(days=9), time(15), UTC)
        if billed < now:
            with clock.frozen_at(billed):
                invoices = invoicing.issue(sunday, by, billed)
            if monday == weeks[3]:
                _issue_again(invoices[0], sunday, by, billed)
        paid = datetime.combine(monday + timedelta(days=10), time(16), UTC)
        if paid < now and monday != weeks[-1]:
            _pay(sunday, by, paid, now, SET_BACK.get(weeks.index(monday), ""))
    _receive(facilities, by, now, chance)
    _credit(by, now - timedelta(hours=3))
    _under_way(weeks[-1] + timedelta(days=6), by, now)


def _issue_again(invoice: Invoice, sunday: date, by: Person, at: datetime) -> None:
    """Voided a moment after, and issued once more: the number stays used."""
    with clock.frozen_at(at + timedelta(minutes=9)):
        credit_notes.void(invoice, "The purchase order of the facility was missing.", by, at + timedelta(minutes=9))
        session.flush()
    with clock.frozen_at(at + timedelta(minutes=16)):
        invoicing.issue(sunday, by, at + timedelta(minutes=16))


def _pay(sunday: date, by: Person, at: datetime, now: datetime, set_back: str) -> None:
    if set_back == "discard":
        _discarded(sunday, by, at - timedelta(hours=1))
    with clock.frozen_at(at):
        done = pay_run.approve(sunday, by, at)
        if done is not None and set_back == "release":
            sending.release(done.payouts[0], "They asked us to wait for their new account.", by, at)
    sent = at + timedelta(hours=20)
    if done is None or sent >= now:
        return
    with clock.frozen_at(sent):
        sending.send_by_hand(done, f"ACH-{sunday:%m%d}", sent.date(), by, sent)
    if (arrived := sent + timedelta(days=2)) < now:
        with clock.frozen_at(arrived):
            if set_back == "fail":
                sending.fail(done.payouts[0], "The account is closed.", by, arrived)
            sending.confirm_arrival(done, by, arrived)
    if set_back == "reverse" and (reversed_at := arrived + timedelta(days=1)) < now:
        with clock.frozen_at(reversed_at):
            sending.reverse(done.payouts[1], "Sent to an account of the same name.", by, reversed_at)


def _discarded(sunday: date, by: Person, at: datetime) -> None:
    """A run for one coordinator, of which nothing was sent: they asked for the ordinary one."""
    first = pay_run.preview(sunday).ready[:1]
    with clock.frozen_at(at):
        done = pay_run.approve(sunday, by, at, only={pay.coordinator.id for pay in first})
        if done is not None:
            session.flush()
            sending.release(done.payouts[0], "It can wait for the run of everybody.", by, at)


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
            with clock.frozen_at(now - timedelta(hours=2)):
                payments_received.use_credit(invoice, by, now - timedelta(hours=2))
            break
    late, held, *others = [pay.coordinator for pay in pay_run.preview(sunday).ready]
    _held(late, held, by, now)
    half = len(others) // 2
    _part(sunday, {one.id for one in others[:half]}, by, now - timedelta(hours=20), now - timedelta(hours=2))
    _part(sunday, {one.id for one in others[half:]}, by, now - timedelta(hours=1))


def _held(late: Coordinator, held: Coordinator, by: Person, now: datetime) -> None:
    """The pay of two coordinators is held back; one of them has brought what was missing."""
    for who, reason in ((late, "Tax form W-9 is missing."), (held, "The name of the account is another one.")):
        with clock.frozen_at(now - timedelta(days=2)):
            placed = sending.hold(who, reason, by, now - timedelta(days=2))
        if who is late:
            with clock.frozen_at(now - timedelta(days=1)):
                sending.lift(placed, by, now - timedelta(days=1))


def _part(sunday: date, only: set[int], by: Person, at: datetime, sent: datetime | None = None) -> None:
    """A pay run for some; with `sent` it has gone to the bank."""
    with clock.frozen_at(at):
        done = pay_run.approve(sunday, by, at, only=only)
    if done is not None and sent is not None:
        with clock.frozen_at(sent):
            sending.send_by_hand(done, f"ACH-{sunday:%m%d}B", sent.date(), by, sent)


def _credit(by: Person, at: datetime) -> None:
    """One invoice was partly taken back."""
    invoice = session.scalars(
        select(Invoice).options(joinedload(Invoice.facility), joinedload(Invoice.lines)).order_by(Invoice.id.desc())
    ).unique().first()  # fmt: skip
    if invoice is not None:
        line = min(invoice.lines, key=lambda each: each.amount_cents)
        with clock.frozen_at(at):
            credit_notes.give_credit(invoice, "This shift was a training day.", by, at, line=line)
