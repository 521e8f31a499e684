"""A seat comes free: the next best are there at once, and whoever would have to move is asked, never moved."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from marketplace.assignments.models import CancelledBy, load_options
from marketplace.booking import offers, reassignments
from marketplace.booking.booking import book
from marketplace.booking.cancelling import cancel
from marketplace.booking.reassignment_requests import ReassignmentStep, ask
from marketplace.coverage.closing import close
from marketplace.db import session
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.plans import constraints
from marketplace.plans.refill import move_chains
from marketplace.plans.refill.options import refill_options
from tests.plans.planned import of_the_cast
from tests.world import NOW

MONDAY = date(2026, 11, 30)


def again(shift):
    return session.scalars(select(Shift).where(Shift.id == shift.id).options(*load_options())).one()


def test_whoever_gave_it_back_is_not_offered_it_again_and_the_next_best_is(world):
    shift = world.shift(day=MONDAY, mode=FillMode.FIRST_COME)
    first = refill_options(again(shift), NOW).free[0].facts.id
    one = of_the_cast(world, first)
    made = book(shift, one, one.person, NOW)
    cancel(made, one.person, NOW + timedelta(minutes=30), CancelledBy.COORDINATOR, "My child is ill.")
    session.flush()
    found = refill_options(again(shift), NOW + timedelta(hours=1))
    assert found.free
    assert first not in {each.facts.id for each in found.free}


def test_who_is_asked_already_is_counted_and_not_listed_again(world):
    shift = world.shift(day=MONDAY)
    best = refill_options(again(shift), NOW).free[0].facts.id
    offers.send_offer(shift, of_the_cast(world, best), world.rosa, NOW)
    found = refill_options(again(shift), NOW)
    assert found.asked == 1
    assert best not in {each.facts.id for each in found.free}


@pytest.fixture
def could_move(world):
    """Maya has Harbor's shift at ten, and would be free for the one at nine if Jonas or Aisha took it."""
    here = world.shift(day=MONDAY, mode=FillMode.FIRST_COME)
    mover = of_the_cast(world, refill_options(again(here), NOW).free[0].facts.id)
    own_shift = world.shift(day=MONDAY, start=time(10), end=time(14), mode=FillMode.FIRST_COME)
    book(own_shift, mover, mover.person, NOW)
    session.flush()
    return here, mover, own_shift


def test_somebody_busy_could_move_where_another_is_free_for_their_shift(could_move):
    here, mover, own_shift = could_move
    chain = next(each for each in refill_options(again(here), NOW).chains if each.moves[0].coordinator_id == mover.id)
    assert [move.instead_of.id for move in chain.moves] == [own_shift.id]
    assert chain.free_id not in {mover.id, None}


def test_who_would_not_move_or_is_being_asked_is_not_proposed_again(world, could_move):
    here, mover, own_shift = could_move

    def movers():
        return {move.coordinator_id for chain in refill_options(again(here), NOW).chains for move in chain.moves}

    assert mover.id in movers()
    asked = ask(again(here), [ReassignmentStep(mover.id, own_shift.id)], None, world.sam, NOW)
    assert mover.id not in movers()
    reassignments.withdraw(asked, world.sam, NOW)
    assert mover.id in movers()
    asked = ask(again(here), [ReassignmentStep(mover.id, own_shift.id)], None, world.sam, NOW)
    reassignments.decline(asked, mover.person, NOW)
    assert mover.id not in movers()


def test_whom_the_agency_vetoed_for_a_shift_is_neither_offered_it_nor_asked_to_move_to_it(world, could_move):
    here, mover, _own_shift = could_move
    free = refill_options(again(here), NOW).free[0].facts
    for who in (mover, of_the_cast(world, free.id)):
        constraints.veto(here, who, world.sam, NOW)
    found = refill_options(again(here), NOW)
    assert free.id not in {each.facts.id for each in found.free}
    assert mover.id not in {move.coordinator_id for chain in found.chains for move in chain.moves}


def test_nobody_is_asked_to_leave_a_shift_that_would_stay_empty(world, could_move):
    here, _mover, own_shift = could_move
    close(session.get_one(Need, own_shift.need_id), world.rosa, NOW)
    session.flush()
    assert refill_options(again(here), NOW).chains == []


def test_for_a_shift_that_runs_nobody_is_asked_to_move(could_move):
    here, _mover, _own_shift = could_move
    assert refill_options(again(here), here.starts_at + timedelta(minutes=1)).chains == []


@pytest.fixture
def two_moves(world):
    """The scribe shift is Aisha's alone; Maya turned Aisha's down, Jonas could take it, and Maya is free for Jonas's."""
    here, aishas = world.shift(day=MONDAY, line="medical-scribe"), world.shift(day=MONDAY)
    jonass = world.shift(world.riverside, day=MONDAY, line="medical-billing")
    offers.turn_down(aishas, world.maya, world.maya.person, NOW)
    book(aishas, world.aisha, world.rosa, NOW)
    book(jonass, world.jonas, world.lars, NOW)
    session.flush()
    return here, aishas, jonass


def test_where_one_move_is_not_enough_two_are_proposed_each_by_the_rules(world, two_moves):
    here, aishas, jonass = two_moves
    (chain,) = refill_options(again(here), NOW).chains
    assert [(move.coordinator_id, move.instead_of.id) for move in chain.moves] == [
        (world.aisha.id, aishas.id),
        (world.jonas.id, jonass.id),
    ]
    assert chain.free_id == world.maya.id
    assert chain.asked_first.coordinator_id == world.jonas.id


def test_two_moves_cost_more_than_one(two_moves, monkeypatch):
    here, *_ = two_moves
    (before,) = refill_options(again(here), NOW).chains
    monkeypatch.setattr(move_chains, "MOVING_COSTS", 100)
    (after,) = refill_options(again(here), NOW).chains
    assert after.gain - before.gain == 2 * 200


def test_the_agency_asks_from_the_page_sees_the_answer_there_and_may_withdraw(world, could_move, visitors):
    here, mover, _own_shift = could_move
    address = f"/matching/shifts/{here.id}/refill"
    sam = visitors("sam")
    page = sam.get(address).press("Ask to reassign")
    assert page.sees(
        "Asked. Nothing changes until the answer is there.", "Reassignments asked for", "Waiting for reply"
    )
    page = page.press("Withdraw")
    assert page.sees("Withdrawn. Everybody keeps the shift they have.", "Withdrawn, Tue, Nov 24")
    page.press("Ask to reassign")
    visitors(mover.person.email.split("@")[0]).get("/offers").press("Keep my shift")
    assert sam.get(address).sees("Declined, Tue, Nov 24")


def test_a_chain_is_asked_from_its_end_and_the_page_says_whose_turn_it_is(world, two_moves, visitors):
    here, *_ = two_moves
    sam = visitors("sam")
    page = sam.get(f"/matching/shifts/{here.id}/refill").press("Ask Jonas Lind first")
    assert page.sees("Asked next", "Waiting for reply")
    visitors("jonas").get("/offers").press("Move me to")
    assert sam.get(f"/matching/shifts/{here.id}/refill").sees("Said yes, waits for the other")
    visitors("aisha").get("/offers").press("Move me to")
    page = sam.get(f"/matching/shifts/{here.id}/refill")
    assert page.sees("Every seat of this shift is taken.", "Reassigned, Tue, Nov 24")


def test_what_no_page_would_send_asks_nobody(world, could_move, client):
    here, mover, own_shift = could_move
    page = client.sign_in("sam").get(f"/matching/shifts/{here.id}/refill")
    for steps in (
        "",
        "1",
        "x:y",
        f"{mover.id}:{own_shift.id},{mover.id}:{own_shift.id}",
        f"{mover.id}:{own_shift.id}:1",
        "9" * 40 + ":1",
    ):
        assert page.press("Ask to reassign", steps=steps).status == 422
        page.get(f"/matching/shifts/{here.id}/refill")
    assert page.press("Ask to reassign", steps=f"{mover.id}:{2**62}").status == 409


def test_the_inbox_leads_to_it_and_one_click_asks_the_best(world, client):
    shift = world.shift(day=date(2026, 11, 25))
    page = client.sign_in("sam").get("/overview").follow("Refill")
    assert page.sees("Free for it, best first")
    page = page.press("Offer")
    assert page.sees("The offer is out.", "1 was asked already")
    page = page.press("Undo")
    assert client.get(f"/matching/shifts/{shift.id}/refill").text.count("was asked already") == 0
