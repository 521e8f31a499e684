"""Whatever happens to money, in whatever order: after every single step the books hold."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.audit.models import AuditEntry
from marketplace.billing.credit_notes import give_credit, void
from marketplace.billing.invoicing import issue
from marketplace.billing.models import Invoice, Payment, PaymentMethod
from marketplace.billing.payments_received import bounce, record_payment, use_credit
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import Refusal
from marketplace.ledger.models import LedgerTransaction
from marketplace.payouts.models import Payout, PayRun
from marketplace.payouts.pay_run import approve
from marketplace.payouts.sending import confirm_arrival, fail, release, reverse, send_by_hand
from marketplace.timesheets.models import TimeSegment
from tests.books import broken_invariants
from tests.worked import approved, corrected
from tests.world import NOW, TODAY, World

SUNDAY = date(2026, 11, 22)
FIRST = date(2026, 8, 3)


class Money:
    """One act each, on whatever of its kind comes `pick`-th; a refusal is a fine answer, an error is not."""

    def __init__(self, world: World) -> None:
        self.world, self.day, self.checks = world, FIRST, 0

    def approve_hours(self, pick: int, cents: int) -> None:
        who = (self.world.maya, self.world.jonas)[pick % 2]
        where = (self.world.harbor, self.world.riverside)[pick // 2 % 2]
        self.day += timedelta(days=1)
        approved(self.world, who, where, self.day, minutes=cents % 480 + 1)

    def adjust(self, pick: int, _cents: int) -> None:
        corrections = select(TimeSegment.corrects_id).where(TimeSegment.corrects_id.is_not(None))
        segment = self._nth(
            select(TimeSegment).where(TimeSegment.corrects_id.is_(None), TimeSegment.id.not_in(corrections)), pick
        )
        if segment is not None:
            corrected(segment)

    def invoice(self, _pick: int, _cents: int) -> None:
        issue(SUNDAY, None, NOW)

    def void(self, pick: int, _cents: int) -> None:
        self._on_invoice(pick, lambda invoice: void(invoice, "Wrong", None, NOW))

    def credit(self, pick: int, cents: int) -> None:
        self._on_invoice(pick, lambda invoice: give_credit(invoice, "Goodwill", None, NOW, amount=cents))

    def credit_line(self, pick: int, _cents: int) -> None:
        self._on_invoice(
            pick, lambda invoice: give_credit(invoice, "Line", None, NOW, line=invoice.lines[pick % len(invoice.lines)])
        )

    def pay(self, pick: int, cents: int) -> None:
        self.checks += 1
        place = (self.world.harbor, self.world.riverside)[pick % 2]
        record_payment(place, cents, PaymentMethod.CHECK, TODAY, str(self.checks), None, NOW)

    def pay_one(self, pick: int, cents: int) -> None:
        self.checks += 1
        self._on_invoice(
            pick,
            lambda one: record_payment(one.facility, cents, PaymentMethod.ACH, TODAY, str(self.checks), None, NOW, one),
        )

    def use_credit(self, pick: int, _cents: int) -> None:
        self._on_invoice(pick, lambda invoice: use_credit(invoice, None, NOW))

    def bounce(self, pick: int, _cents: int) -> None:
        payment = self._nth(select(Payment).options(joinedload(Payment.facility)), pick)
        if payment is not None:
            bounce(payment, "Insufficient funds", None, NOW)

    def pay_out(self, _pick: int, _cents: int) -> None:
        approve(SUNDAY, None, NOW)

    def send(self, pick: int, _cents: int) -> None:
        self._on_run(pick, lambda run: send_by_hand(run, "WF", TODAY, None, NOW))

    def arrive(self, pick: int, _cents: int) -> None:
        self._on_run(pick, lambda run: confirm_arrival(run, None, NOW))

    def come_back(self, pick: int, cents: int) -> None:
        act = (release, fail, reverse)[cents % 3]
        self._on_run(pick, lambda run: act(run.payouts[pick % len(run.payouts)], "No", None, NOW))

    def _on_invoice(self, pick: int, act: Any) -> None:
        found = self._nth(select(Invoice).options(joinedload(Invoice.facility), selectinload(Invoice.lines)), pick)
        if found is not None:
            act(found)

    def _on_run(self, pick: int, act: Any) -> None:
        payouts = selectinload(PayRun.payouts).joinedload(Payout.coordinator).joinedload(Coordinator.person)
        found = self._nth(select(PayRun).options(payouts), pick)
        if found is not None:
            act(found)

    def _nth(self, statement: Any, pick: int) -> Any:
        entity = statement.column_descriptions[0]["entity"]
        found = session.scalars(statement.order_by(entity.id)).unique().all()
        return found[pick % len(found)] if found else None


ACTS = [name for name in vars(Money) if not name.startswith("_")]
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 7), st.integers(1, 60_000)), min_size=6, max_size=22)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_the_books_hold_after_every_step(world, steps):
    everything = session.begin_nested()
    money = Money(world)
    try:
        for act, pick, cents in [("approve_hours", 0, 239), ("invoice", 0, 1), *steps]:
            one_step = session.begin_nested()
            try:
                getattr(money, act)(pick, cents)
                session.flush()
            except Refusal:
                one_step.rollback()
            else:
                one_step.commit()
            assert broken_invariants() == [], (act, pick, cents)
    finally:
        everything.rollback()
        session.expire_all()


@pytest.mark.parametrize("act", ACTS)
def test_every_act_of_the_random_sequence_really_acts(world, act):
    """A sequence of refusals would prove nothing."""
    money = Money(world)
    before = {"void": "approve_hours invoice", "credit": "approve_hours invoice", "credit_line": "approve_hours invoice",
              "pay_one": "approve_hours invoice", "use_credit": "pay approve_hours invoice", "bounce": "pay",
              "adjust": "approve_hours", "invoice": "approve_hours", "pay_out": "approve_hours", "send": "approve_hours pay_out",
              "arrive": "approve_hours pay_out send", "come_back": "approve_hours pay_out"}.get(act, "").split()  # fmt: skip
    for earlier in before:
        getattr(money, earlier)(0, 300)
    written = len(session.execute(_everything()).all())
    getattr(money, act)(0, 300)
    session.flush()
    assert len(session.execute(_everything()).all()) > written


def _everything() -> Any:
    return select(LedgerTransaction.id).union_all(select(AuditEntry.id))
