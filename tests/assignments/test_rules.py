"""What an offer and a booking may become, and the one word people see for each."""

import pytest

from marketplace.assignments.rules import LIFE, LIVE_STATES, OFFER_LIFE, WAITING_STATES, AssignmentState, OfferState
from marketplace.kernel import NotAllowedNow

A = AssignmentState


def test_an_ordinary_day_runs_from_booked_to_completed():
    state = A.BOOKED
    for act in ("confirm", "check_in", "pause", "resume", "check_out", "complete"):
        state = LIFE.after(state, act)
        assert state in LIVE_STATES
    assert state is A.COMPLETED


def test_clocking_out_by_mistake_can_be_repaired_but_a_completed_shift_stays():
    assert LIFE.after(A.CHECKED_OUT, "check_in") is A.CHECKED_IN
    with pytest.raises(NotAllowedNow, match="A booking that is completed cannot be checked in"):
        LIFE.after(A.COMPLETED, "check_in")


@pytest.mark.parametrize("act", ["cancel", "release", "replace", "undo", "mark_no_show"])
def test_giving_up_a_seat_frees_it(act):
    assert LIFE.after(A.BOOKED, act) not in LIVE_STATES


@pytest.mark.parametrize("act", ["cancel", "release", "replace", "undo", "mark_no_show"])
def test_nobody_at_work_can_be_cancelled(act):
    with pytest.raises(NotAllowedNow):
        LIFE.after(A.CHECKED_IN, act)


def test_only_what_waits_for_an_answer_can_be_accepted():
    for state in OfferState:
        assert OFFER_LIFE.allows(state, "accept") == (state in WAITING_STATES)


def test_a_counter_offer_goes_back_and_forth_and_an_acceptance_can_be_undone():
    assert OFFER_LIFE.after(OFFER_LIFE.after(OfferState.SENT, "counter"), "counter") is OfferState.SENT
    assert OFFER_LIFE.after(OfferState.ACCEPTED, "undo") is OfferState.SENT
