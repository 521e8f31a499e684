"""The pay run: what was earned is set aside once, sent once, and payable again when it comes back."""

from datetime import date, timedelta

import pytest

from marketplace.kernel import Invalid, NotAllowedNow, PreviewChanged
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import BANK, PAYOUT_IN_TRANSIT, payable
from marketplace.payouts.pay_run import approve, preview
from marketplace.payouts.rules import PayoutState, PayRunState
from marketplace.payouts.sending import confirm_arrival, fail, hold, lift, release, reverse, send_by_hand
from tests.worked import MONDAY, approved, corrected
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("ledger_holds")
SUNDAY = date(2026, 11, 22)


def test_everybody_who_earned_is_paid_what_was_approved(world):
    approved(world, world.maya, world.harbor)
    approved(world, world.maya, world.riverside, MONDAY + timedelta(days=1), minutes=20)
    approved(world, world.jonas, world.harbor)
    run = approve(SUNDAY, world.felix, NOW)
    assert [(payout.coordinator.name, payout.amount_cents) for payout in run.payouts] == [
        ("Jonas Lind", 116_00),
        ("Maya Torres", 116_00 + 9_67),
    ]
    assert {payout.state for payout in run.payouts} == {PayoutState.APPROVED}
    assert balance(payable(world.maya.id)) == 0
    assert balance(PAYOUT_IN_TRANSIT) == 241_67
    assert run.payouts[0].items[0].description == (
        "Prior-Authorization · Harbor Family Medicine · Mon Nov 16 · 4 h at $29.00"
    )


def test_a_second_click_sets_nothing_aside(world):
    approved(world, world.maya, world.harbor)
    assert approve(SUNDAY, world.felix, NOW) is not None
    assert approve(SUNDAY, world.felix, NOW) is None


def test_sent_by_hand_it_leaves_the_bank_and_then_arrives(world):
    approved(world, world.maya, world.harbor)
    run = approve(SUNDAY, world.felix, NOW)
    send_by_hand(run, "BATCH-7", TODAY, world.felix, NOW)
    assert balance(BANK) == -116_00
    assert balance(PAYOUT_IN_TRANSIT) == 0
    assert run.state is PayRunState.SENT
    with pytest.raises(NotAllowedNow, match="was sent already"):
        send_by_hand(run, "BATCH-7", TODAY, world.felix, NOW)
    confirm_arrival(run, world.felix, NOW)
    assert run.state is PayRunState.COMPLETED
    with pytest.raises(NotAllowedNow, match="on its way"):
        confirm_arrival(run, world.felix, NOW)


def test_money_cannot_have_left_tomorrow(world):
    approved(world, world.maya, world.harbor)
    run = approve(SUNDAY, world.felix, NOW)
    with pytest.raises(Invalid, match="future"):
        send_by_hand(run, "BATCH-7", TODAY + timedelta(days=1), world.felix, NOW)


def test_what_the_bank_sends_back_is_payable_again(world):
    approved(world, world.maya, world.harbor)
    run = approve(SUNDAY, world.felix, NOW)
    send_by_hand(run, "BATCH-7", TODAY, world.felix, NOW)
    fail(run.payouts[0], "Account closed", world.felix, NOW)
    assert (balance(BANK), balance(payable(world.maya.id))) == (0, 116_00)
    again = approve(SUNDAY, world.felix, NOW)
    assert again.payouts[0].amount_cents == 116_00


def test_what_was_not_sent_is_payable_again(world):
    approved(world, world.maya, world.harbor)
    run = approve(SUNDAY, world.felix, NOW)
    release(run.payouts[0], "Wrong week", world.felix, NOW)
    assert run.state is PayRunState.DISCARDED
    assert preview(SUNDAY).cents == 116_00
    with pytest.raises(NotAllowedNow, match="A payout that is released cannot be failed"):
        fail(run.payouts[0], "Closed", world.felix, NOW)


def test_a_payment_taken_back_by_the_bank_is_payable_again(world):
    approved(world, world.maya, world.harbor)
    run = approve(SUNDAY, world.felix, NOW)
    send_by_hand(run, "BATCH-7", TODAY, world.felix, NOW)
    confirm_arrival(run, world.felix, NOW)
    reverse(run.payouts[0], "Recalled", world.felix, NOW)
    assert balance(payable(world.maya.id)) == 116_00


def test_nothing_is_paid_while_there_is_a_hold(world):
    approved(world, world.maya, world.harbor)
    approved(world, world.jonas, world.harbor)
    placed = hold(world.maya, "W-9 is missing", world.felix, NOW)
    assert [pay.coordinator.name for pay in preview(SUNDAY).waiting] == ["Maya Torres"]
    run = approve(SUNDAY, world.felix, NOW)
    assert [payout.coordinator.name for payout in run.payouts] == ["Jonas Lind"]
    with pytest.raises(NotAllowedNow, match="on hold already"):
        hold(world.maya, "Twice", world.felix, NOW)
    lift(placed, world.felix, NOW)
    assert preview(SUNDAY).cents == 116_00
    with pytest.raises(NotAllowedNow, match="lifted already"):
        lift(placed, world.felix, NOW)


def test_corrections_come_off_what_is_earned_next(world):
    wrong = approved(world, world.maya, world.harbor)
    approve(SUNDAY, world.felix, NOW)
    corrected(wrong)
    assert [pay.cents for pay in preview(SUNDAY).waiting] == [-116_00]
    approved(world, world.maya, world.harbor, MONDAY + timedelta(days=2), minutes=480)
    assert approve(SUNDAY, world.felix, NOW).payouts[0].amount_cents == 116_00


def test_what_was_not_shown_is_not_set_aside(world):
    approved(world, world.maya, world.harbor)
    seen = preview(SUNDAY).seen
    hold(world.maya, "W-9 is missing", world.felix, NOW)
    with pytest.raises(PreviewChanged, match="Nothing was set aside"):
        approve(SUNDAY, world.felix, NOW, seen=seen)
