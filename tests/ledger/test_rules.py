"""Every cent goes from one account to another, and what is undone leaves no trace in the balances."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.ledger import rules
from marketplace.ledger.rules import (
    BANK,
    CANCELLATION_REVENUE,
    PAYOUT_IN_TRANSIT,
    STRIPE_BALANCE,
    TAX_PAYABLE,
    Account,
    JournalEntry,
    Posting,
    Side,
    ar,
    credit,
    disputed,
    entry_for_bounce,
    entry_for_credit_note,
    entry_for_credit_used,
    entry_for_invoice,
    entry_for_payment,
    entry_for_payout_failed,
    entry_for_payout_released,
    entry_for_payout_reserved,
    entry_for_payout_sent,
    entry_for_segment,
    entry_for_void,
    grows_on,
    payable,
    unbilled,
)

FACILITY, COORDINATOR = 7, 9
amounts = st.integers(0, 1_000_000)


def balances(*entries: JournalEntry) -> dict[Account, int]:
    """Each account as it grows; a zero is left out."""
    sums: Counter[Account] = Counter()
    for entry in entries:
        for posting in entry.postings:
            sums[posting.debit] += (
                posting.amount_cents if grows_on(posting.debit) is Side.DEBIT else -posting.amount_cents
            )
            sums[posting.credit] += (
                posting.amount_cents if grows_on(posting.credit) is Side.CREDIT else -posting.amount_cents
            )
    return {account: cents for account, cents in sums.items() if cents}


def test_a_shift_from_approval_to_the_paid_coordinator():
    steps = [
        entry_for_segment(1, FACILITY, COORDINATOR, 400_00, 280_00),
        entry_for_invoice(2, FACILITY, 400_00, tax_cents=35_50),
        entry_for_payment(3, FACILITY, 500_00, owed_cents=435_50),
        entry_for_payout_reserved(4, COORDINATOR, 280_00),
        entry_for_payout_sent(4, 280_00),
    ]
    assert balances(*steps) == {
        rules.SERVICE_REVENUE: 400_00,
        rules.COORDINATOR_COST: 280_00,
        TAX_PAYABLE: 35_50,
        BANK: 220_00,
        credit(FACILITY): 64_50,
    }
    assert [step.key for step in steps] == ["seg:1", "inv:2", "pay:3", "po_res:4", "po:4"]


@given(amounts, amounts)
def test_a_correction_takes_back_exactly_what_was_posted(bill, pay):
    there = entry_for_segment(1, FACILITY, COORDINATOR, bill, pay)
    back = entry_for_segment(2, FACILITY, COORDINATOR, -bill, -pay)
    assert balances(there, back) == {}
    assert all(posting.amount_cents > 0 for posting in (*there.postings, *back.postings))


def test_a_correction_cannot_give_on_one_side_and_take_on_the_other():
    with pytest.raises(ValueError, match="both sides"):
        entry_for_segment(1, FACILITY, COORDINATOR, -100, 100)


def test_compensation_for_a_cancelled_shift_is_its_own_income():
    entry = entry_for_segment(1, FACILITY, COORDINATOR, 100_00, 60_00, CANCELLATION_REVENUE)
    assert balances(entry)[CANCELLATION_REVENUE] == 100_00
    assert balances(entry)[payable(COORDINATOR)] == 60_00


@given(amounts, amounts, amounts)
def test_a_voided_invoice_leaves_its_hours_unbilled_again(hours, tax, late_fee):
    issued = entry_for_invoice(2, FACILITY, hours, tax, late_fee)
    assert balances(issued).get(ar(FACILITY), 0) == hours + tax + late_fee
    voided = entry_for_void(2, issued)
    assert voided.key == "void:2"
    assert balances(issued, voided) == {}


@given(amounts, amounts, st.data())
def test_a_credit_note_takes_back_what_is_owed_and_keeps_what_was_paid_as_credit(owed, paid, data):
    tax = data.draw(st.integers(0, owed + paid))
    after = balances(entry_for_credit_note(5, FACILITY, owed, paid, tax))
    assert -after.get(ar(FACILITY), 0) == owed
    assert after.get(credit(FACILITY), 0) == paid
    assert -after.get(TAX_PAYABLE, 0) == tax
    assert after.get(rules.CREDITS_GIVEN, 0) == owed + paid - tax


def test_a_credit_note_is_never_more_tax_than_money():
    with pytest.raises(ValueError, match="tax cannot be more"):
        entry_for_credit_note(5, FACILITY, 100, 0, 101)


@given(st.integers(1, 1_000_000), st.integers(-100, 1_000_000))
def test_a_payment_settles_what_is_owed_and_keeps_the_rest(amount, owed):
    recorded = entry_for_payment(3, FACILITY, amount, owed)
    after = balances(recorded)
    assert after[BANK] == amount
    assert -after.get(ar(FACILITY), 0) == min(amount, max(0, owed))
    assert after.get(credit(FACILITY), 0) == max(0, amount - max(0, owed))
    assert balances(recorded, entry_for_bounce(3, recorded)) == {}


def test_credit_that_is_used_settles_an_invoice():
    over = entry_for_payment(3, FACILITY, 100, owed_cents=0)
    used = entry_for_credit_used(4, FACILITY, 60)
    assert balances(over, used) == {BANK: 100, credit(FACILITY): 40, ar(FACILITY): -60}


@given(st.integers(1, 1_000_000), st.sampled_from([BANK, STRIPE_BALANCE]))
def test_a_payout_that_does_not_arrive_is_payable_again(amount, paid_from):
    reserved = entry_for_payout_reserved(4, COORDINATOR, amount)
    assert balances(reserved) == {payable(COORDINATOR): -amount, PAYOUT_IN_TRANSIT: amount}
    assert balances(reserved, entry_for_payout_released(4, COORDINATOR, amount)) == {}
    sent = entry_for_payout_sent(4, amount, paid_from)
    assert balances(reserved, sent, entry_for_payout_failed(4, COORDINATOR, amount, paid_from)) == {}


def test_nothing_is_posted_for_nothing():
    assert entry_for_segment(1, FACILITY, COORDINATOR, 0, 0).postings == ()
    with pytest.raises(ValueError, match="never negative"):
        entry_for_invoice(2, FACILITY, -1)


@pytest.mark.parametrize(("debit", "to", "cents"), [(BANK, BANK, 5), (BANK, ar(1), 0), (BANK, ar(1), -5)])
def test_a_posting_moves_something_somewhere(debit, to, cents):
    with pytest.raises(ValueError, match="positive amount between two accounts"):
        Posting(debit, to, cents)


def test_every_account_has_its_side():
    chart = [value for value in vars(rules).values() if isinstance(value, str) and ":" in value and " " not in value]
    chart += [
        unbilled(1),
        ar(1),
        disputed(1),
        credit(1),
        payable(1),
        BANK,
        PAYOUT_IN_TRANSIT,
        TAX_PAYABLE,
        rules.SUSPENSE,
    ]
    assert {grows_on(Account(account)) for account in chart} == {Side.DEBIT, Side.CREDIT}
    assert grows_on(credit(1)) is grows_on(payable(1)) is Side.CREDIT
    with pytest.raises(ValueError, match="not in the chart"):
        grows_on(Account("petty cash"))
