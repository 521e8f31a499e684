"""Every life in the house: no state without a way to it, no act outside the table, every refusal a sentence."""

from enum import StrEnum

import pytest

from marketplace.assignments import rules as assignments
from marketplace.billing import rules as billing
from marketplace.contracts import rules as contracts
from marketplace.credentials import rules as credentials
from marketplace.kernel import Invalid, Lifecycle, NotAllowedNow
from marketplace.kernel.lifecycle import participle
from marketplace.needs import rules as needs
from marketplace.payouts import rules as payouts
from marketplace.timesheets import rules as timesheets

LIVES: list[Lifecycle] = [
    assignments.LIFE,
    assignments.OFFER_LIFE,
    assignments.REASSIGNMENT_LIFE,
    billing.LIFE,
    contracts.LIFE,
    credentials.LIFE,
    needs.LIFE,
    needs.SHIFT_LIFE,
    payouts.LIFE,
    payouts.PAY_RUN_LIFE,
    timesheets.LIFE,
    timesheets.ENTRY_LIFE,
]


@pytest.fixture(params=LIVES, ids=lambda life: life.name)
def life(request: pytest.FixtureRequest) -> Lifecycle:
    return request.param


def test_every_state_can_be_reached_from_the_first(life):
    reached: set[StrEnum] = set()
    ahead = [life.states[0]]
    while ahead:
        state = ahead.pop()
        if state not in reached:
            reached.add(state)
            ahead += [life.after(state, act) for act in life.acts(state)]
    assert reached == set(life.states)


def test_from_every_state_every_act_is_either_in_the_table_or_refused_with_a_sentence(life):
    for state in life.states:
        for act in {act for _, act in life.moves}:
            if life.allows(state, act):
                assert act in life.acts(state)
                assert life.after(state, act) == life.moves[state, act]
            else:
                with pytest.raises(NotAllowedNow, match=rf"^An? {life.name} that is .+ cannot be .+\.$"):
                    life.after(state, act)


def test_the_picture_of_a_life_shows_every_move_and_every_end(life):
    picture = life.mermaid()
    assert picture.startswith(f"stateDiagram-v2\n    [*] --> {life.states[0].value}\n")
    assert picture.count("-->") == 1 + len(life.moves) + sum(not life.acts(state) for state in life.states)


def test_a_refusal_reads_as_english():
    with pytest.raises(NotAllowedNow) as refusal:
        timesheets.LIFE.after(timesheets.TimesheetState.APPROVED, "submit")
    assert refusal.value.sentence == "A timesheet that is approved cannot be submitted."
    with pytest.raises(NotAllowedNow) as refusal:
        billing.LIFE.after(billing.InvoiceState.VOIDED, "void")
    assert refusal.value.sentence == "An invoice that is voided cannot be voided."
    with pytest.raises(NotAllowedNow, match="cannot be put on hold"):
        needs.LIFE.after(needs.NeedState.PENDING_APPROVAL, "hold")


def test_an_act_nobody_knows_is_not_an_error_page():
    with pytest.raises(Invalid, match="not something that can be done to an offer"):
        assignments.OFFER_LIFE.after(assignments.OfferState.SENT, "<script>")


@pytest.mark.parametrize(
    ("act", "done"),
    [
        ("approve", "approved"),
        ("verify", "verified"),
        ("pay", "paid"),
        ("check_in", "checked in"),
        ("approve_with_changes", "approved with changes"),
        ("mark_no_show", "marked no show"),
        ("undo", "undone"),
        ("dispute", "disputed"),
    ],
)
def test_acts_have_their_participles(act, done):
    assert participle(act) == done
