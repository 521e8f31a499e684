"""Many at once: whoever presses at the same moment, every hour is billed once, paid once, and no number is missing."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.billing.credit_notes import give_credit
from marketplace.billing.documents import paper_of_invoice
from marketplace.billing.invoicing import issue
from marketplace.billing.models import Invoice, InvoiceLine, PaymentMethod
from marketplace.billing.payments_received import record_payment, use_credit
from marketplace.billing.queries import account_of
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.documents.models import IssuedDocument
from marketplace.facilities.models import Facility
from marketplace.kernel import Refusal
from marketplace.payouts.models import PayoutItem
from marketplace.payouts.pay_run import approve
from tests.at_once import transactions_at_once
from tests.worked import MONDAY, approved
from tests.world import NOW, TODAY, World

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("ledger_holds")]
SUNDAY = date(2026, 11, 22)


def week_of(world: World, days: int = 4) -> None:
    for day in range(days):
        for who in (world.maya, world.jonas, world.aisha):
            approved(world, who, world.harbor, MONDAY + timedelta(days=day), line="prior-auth")
            approved(world, who, world.riverside, MONDAY + timedelta(days=day), start=time(20))
    session.commit()


class TurnedBack(Exception):
    """Something went wrong after the invoices were written."""


def test_eight_runs_and_a_roll_back_bill_every_hour_once_without_a_gap(world):
    week_of(world)

    def fails() -> None:
        issue(SUNDAY, None, NOW)
        session.flush()
        raise TurnedBack

    def runs() -> int:
        return len(issue(SUNDAY, None, NOW))

    results = transactions_at_once(fails, *[runs] * 8)
    assert isinstance(results[0], TurnedBack)
    assert sorted(results[1:]) == [0] * 7 + [2]
    bind_actor(SYSTEM)
    assert sorted(session.scalars(select(Invoice.number))) == ["INV-2026-00001", "INV-2026-00002"]
    assert session.scalar(select(func.count(InvoiceLine.id)).where(InvoiceLine.live)) == 24


def test_hours_approved_while_the_run_executes_are_billed_once_now_or_later(world):
    week_of(world, days=2)
    maya, harbor = world.maya, world.harbor
    contract = world.contract(harbor)
    assert contract is not None

    def approves() -> None:
        approved(World(), maya, harbor, MONDAY + timedelta(days=4))

    def runs() -> int:
        return sum(len(invoice.lines) for invoice in issue(SUNDAY, None, NOW))

    results = transactions_at_once(approves, runs, runs)
    assert not [result for result in results if isinstance(result, BaseException)], results
    bind_actor(SYSTEM)
    issue(SUNDAY, None, NOW)
    session.commit()
    billed = session.execute(
        select(InvoiceLine.time_segment_id, func.count()).where(InvoiceLine.live).group_by(InvoiceLine.time_segment_id)
    ).all()
    assert len(billed) == 13
    assert {count for _segment, count in billed} == {1}


def test_parallel_pay_runs_pay_everybody_once(world):
    week_of(world)
    results = transactions_at_once(*[lambda: approve(SUNDAY, None, NOW) is not None] * 6)
    assert sorted(results) == [False] * 5 + [True]
    bind_actor(SYSTEM)
    assert session.scalar(select(func.count(PayoutItem.id))) == 24


def test_credit_is_used_once_by_whoever_is_first(world):
    record_payment(world.harbor, 100_00, PaymentMethod.WIRE, TODAY, "W1", None, NOW)
    approved(world, world.maya, world.harbor)
    [invoice] = issue(SUNDAY, None, NOW)
    session.commit()
    key = invoice.id

    def uses() -> int:
        mine = session.get_one(Invoice, key, options=[_with_facility()])
        return use_credit(mine, None, NOW).amount_cents

    results = transactions_at_once(uses, uses, uses)
    assert [result for result in results if result == 100_00] == [100_00]
    assert sum(isinstance(result, Refusal) for result in results) == 2


def test_a_check_and_a_credit_note_at_once_leave_nothing_settled_twice(world):
    approved(world, world.maya, world.harbor)
    [invoice] = issue(SUNDAY, None, NOW)
    session.commit()
    key, harbor = invoice.id, world.harbor.id

    def pays() -> None:
        record_payment(session.get_one(Facility, harbor), 156_00, PaymentMethod.CHECK, TODAY, "C1", None, NOW)

    def credits() -> None:
        give_credit(session.get_one(Invoice, key, options=[_with_facility()]), "Half", None, NOW, amount=78_00)

    results = transactions_at_once(pays, credits)
    assert results == [None, None], results
    bind_actor(SYSTEM)
    assert account_of(session.get_one(Invoice, key, options=[_with_facility()]), NOW).remaining == 0


def test_a_paper_asked_for_by_many_at_once_is_set_once(world):
    approved(world, world.maya, world.harbor)
    [invoice] = issue(SUNDAY, None, NOW)
    session.commit()
    key = invoice.id
    results = transactions_at_once(*[lambda: paper_of_invoice(key).sha256] * 5)
    assert len(set(results)) == 1
    bind_actor(SYSTEM)
    assert session.scalar(select(func.count(IssuedDocument.id))) == 1


def _with_facility() -> Any:
    return joinedload(Invoice.facility)
