"""Money set aside for a coordinator either reaches them or becomes payable again."""

import pytest

from marketplace.kernel import NotAllowedNow
from marketplace.payouts.rules import LIFE, PAY_RUN_LIFE, PayoutState, PayRunState


def test_a_payout_is_approved_before_it_is_sent():
    with pytest.raises(NotAllowedNow, match="A payout that is reserved cannot be sent"):
        LIFE.after(PayoutState.RESERVED, "send")
    state = PayoutState.RESERVED
    for act in ("approve", "send", "pay"):
        state = LIFE.after(state, act)
    assert state is PayoutState.PAID


def test_what_has_left_cannot_be_released_unless_it_failed():
    assert not LIFE.allows(PayoutState.SENT, "release")
    assert LIFE.after(LIFE.after(PayoutState.SENT, "fail"), "release") is PayoutState.RELEASED


def test_a_pay_run_that_was_sent_cannot_be_discarded():
    with pytest.raises(NotAllowedNow, match="A pay run that is sent cannot be discarded"):
        PAY_RUN_LIFE.after(PayRunState.SENT, "discard")
