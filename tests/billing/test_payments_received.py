"""Money that arrives settles what is due first; nothing is lost when it is too much, too little, or bounces."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from marketplace.billing.ageing import statement
from marketplace.billing.credit_notes import creditable, give_credit, void
from marketplace.billing.invoicing import issue
from marketplace.billing.models import PaymentMethod
from marketplace.billing.payments_received import bounce, credit_balance, record_payment, use_credit
from marketplace.billing.queries import account_of
from marketplace.billing.rules import Ageing
from marketplace.db import as_system, session
from marketplace.kernel import Invalid, NotAllowedNow
from marketplace.messaging.models import Notice
from tests.worked import MONDAY, approved
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("ledger_holds")
SUNDAY = date(2026, 11, 22)
CHECK = PaymentMethod.CHECK


def invoiced(world, minutes=240, at=NOW, day=MONDAY, worker=None):
    approved(world, worker or world.maya, world.harbor, day, minutes=minutes)
    [invoice] = issue(SUNDAY, world.felix, at)
    return invoice


def pay(world, cents, reference="1001", on=TODAY, invoice=None):
    return record_payment(world.harbor, cents, CHECK, on, reference, world.felix, NOW, invoice)


def test_a_check_settles_the_invoice_that_is_due_first(world):
    late = invoiced(world, at=NOW - timedelta(days=40))
    new = invoiced(world, day=MONDAY + timedelta(days=1))
    assert account_of(late, NOW).standing == "overdue"
    pay(world, 200_00)
    assert account_of(late, NOW).standing == "paid"
    assert account_of(new, NOW).standing == "partly_paid"
    assert account_of(new, NOW).remaining == 2 * 156_00 - 200_00


def unread_of(invoice):
    with as_system():
        return session.scalar(
            select(func.count()).where(Notice.address == f"/invoices/{invoice.id}", Notice.read_at.is_(None))
        )


def test_the_notices_of_an_invoice_stop_asking_once_nothing_is_owed_on_it(world):
    first, second = invoiced(world), invoiced(world, day=MONDAY + timedelta(days=1))
    third = invoiced(world, day=MONDAY + timedelta(days=2))
    assert all(unread_of(one) for one in (first, second, third))
    pay(world, 156_00 + 100_00)
    assert (unread_of(first), bool(unread_of(second))) == (0, True)
    give_credit(second, "Goodwill", world.felix, NOW, amount=56_00)
    assert unread_of(second) == 0
    void(third, "Billed twice.", world.felix, NOW)
    assert unread_of(third) == 0


def test_a_chosen_invoice_is_settled_and_the_rest_is_kept_as_credit(world):
    older = invoiced(world)
    chosen = invoiced(world, day=MONDAY + timedelta(days=1))
    pay(world, 200_00, invoice=chosen)
    assert account_of(chosen, NOW).standing == "paid"
    assert account_of(older, NOW).standing == "open"
    assert credit_balance(world.harbor.id) == 44_00
    use_credit(older, world.felix, NOW)
    assert account_of(older, NOW).remaining == 156_00 - 44_00
    assert credit_balance(world.harbor.id) == 0
    with pytest.raises(NotAllowedNow, match="has no credit to use"):
        use_credit(older, world.felix, NOW)


def test_a_payment_before_any_invoice_is_credit(world):
    pay(world, 50_00)
    assert credit_balance(world.harbor.id) == 50_00


def test_the_same_check_is_not_recorded_twice(world):
    invoiced(world)
    pay(world, 100_00)
    with pytest.raises(Invalid, match=r"Check 1001 over \$100.00 was recorded before"):
        pay(world, 100_00)


@pytest.mark.parametrize(
    ("cents", "day"), [(0, TODAY), (-5, TODAY), (100, TODAY + timedelta(days=1)), (100, date(1999, 1, 1))]
)
def test_a_payment_that_cannot_be_is_refused(world, cents, day):
    with pytest.raises(Invalid):
        pay(world, cents, on=day)


def test_a_bounced_check_makes_the_invoice_owed_again(world):
    invoice = invoiced(world)
    payment = pay(world, 156_00)
    bounce(payment, "Insufficient funds", world.felix, NOW)
    assert account_of(invoice, NOW).remaining == 156_00
    with pytest.raises(NotAllowedNow, match="bounced before"):
        bounce(payment, "Insufficient funds", world.felix, NOW)
    pay(world, 156_00)  # the same check, presented again
    assert account_of(invoice, NOW).standing == "paid"


def test_credit_that_a_bounced_check_had_brought_is_taken_back_from_where_it_was_used(world):
    first = invoiced(world)
    over = pay(world, 200_00, invoice=first)
    second = invoiced(world, day=MONDAY + timedelta(days=1))
    use_credit(second, world.felix, NOW)
    bounce(over, "Stopped", world.felix, NOW)
    assert account_of(first, NOW).remaining == 156_00
    assert account_of(second, NOW).remaining == 156_00
    assert credit_balance(world.harbor.id) == 0


def test_credit_for_a_whole_line_is_exactly_the_line(world):
    invoice = invoiced(world, minutes=20)
    note = give_credit(invoice, "Not worked", world.felix, NOW, line=invoice.lines[0])
    assert note.number == "CN-2026-00001"
    assert note.amount_cents == invoice.lines[0].amount_cents == 13_00
    assert account_of(invoice, NOW).standing == "credited"
    with pytest.raises(NotAllowedNow, match="credited before"):
        give_credit(invoice, "Not worked", world.felix, NOW, line=invoice.lines[0])


def test_credit_comes_off_what_is_owed_first_and_what_was_paid_is_kept(world):
    invoice = invoiced(world)
    pay(world, 100_00)
    note = give_credit(invoice, "Goodwill", world.felix, NOW, amount=80_00)
    assert (note.to_receivable_cents, note.to_credit_cents) == (56_00, 24_00)
    assert account_of(invoice, NOW).standing == "paid"
    assert credit_balance(world.harbor.id) == 24_00
    assert creditable(invoice) == 76_00
    with pytest.raises(Invalid, match=r"At most \$76.00"):
        give_credit(invoice, "Too much", world.felix, NOW, amount=76_01)


def test_an_invoice_with_money_on_it_is_credited_and_not_voided(world):
    invoice = invoiced(world)
    pay(world, 1_00)
    with pytest.raises(NotAllowedNow, match="Give a credit note instead"):
        void(invoice, "Wrong", world.felix, NOW)


def test_a_voided_invoice_takes_no_payment_and_no_credit(world):
    invoice = invoiced(world)
    void(invoice, "Wrong", world.felix, NOW)
    with pytest.raises(NotAllowedNow, match="Nothing is open"):
        pay(world, 1_00, invoice=invoice)
    with pytest.raises(NotAllowedNow, match="voided cannot be credited"):
        give_credit(invoice, "Wrong", world.felix, NOW, amount=100)


@pytest.mark.parametrize("change", ["UPDATE payment SET amount_cents = 2", "DELETE FROM payment"])
def test_a_recorded_payment_never_changes(world, change):
    pay(world, 1_00)
    session.commit()
    with pytest.raises(DBAPIError, match="never changes"):
        session.execute(text(change))
    session.rollback()


def test_what_was_owed_on_a_past_day_is_still_told_as_it_was(world):
    old = invoiced(world, at=NOW - timedelta(days=100))
    middle = invoiced(world, day=MONDAY + timedelta(days=1), at=NOW - timedelta(days=40))
    invoiced(world, day=MONDAY + timedelta(days=2))
    pay(world, 156_00, on=TODAY - timedelta(days=2))
    today = statement(world.harbor, TODAY)
    assert [account.invoice.id for account in today.open][:1] == [middle.id]
    assert today.ageing[Ageing.DAYS_1_30] == 156_00
    assert today.ageing[Ageing.CURRENT] == 156_00
    past = statement(world.harbor, TODAY - timedelta(days=3))
    assert [account.invoice.id for account in past.open] == [old.id, middle.id]
    assert past.ageing[Ageing.DAYS_61_90] == 156_00
    assert past.owed_cents == 2 * 156_00
    assert statement(world.harbor, TODAY - timedelta(days=200)).open == ()


def test_a_statement_of_the_past_still_has_what_was_voided_since(world):
    invoice = invoiced(world, at=NOW - timedelta(days=10))
    void(invoice, "Wrong", world.felix, NOW)
    assert statement(world.harbor, TODAY - timedelta(days=1)).owed_cents == 156_00
    assert statement(world.harbor, TODAY).owed_cents == 0
