"""A seat comes free: the next best are there at once, and whoever would have to move is asked, never moved."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from marketplace.assignments import facts, offering
from marketplace.assignments.booking import book
from marketplace.assignments.cancelling import cancel
from marketplace.assignments.models import Assignment, CancelledBy
from marketplace.assignments.rules import AssignmentState
from marketplace.db.session import SYSTEM, bind_actor, session
from marketplace.kernel.errors import NotAllowedNow
from marketplace.messaging.models import Notice
from marketplace.needs.models import FillMode, Shift
from marketplace.plans.jobs import tell_asked_to_move
from marketplace.plans.refilling import ask_to_move, ways
from tests.plans.planned import of_the_cast
from tests.world import NOW

MONDAY = date(2026, 11, 30)


def again(shift):
    return session.scalars(select(Shift).where(Shift.id == shift.id).options(*facts.with_terms())).one()


def test_whoever_gave_it_back_is_not_offered_it_again_and_the_next_best_is(world):
    shift = world.shift(day=MONDAY, mode=FillMode.FIRST_COME)
    first = ways(again(shift), NOW).free[0].facts.id
    one = of_the_cast(world, first)
    made = book(shift, one, one.person, NOW)
    cancel(made, one.person, NOW + timedelta(minutes=30), CancelledBy.COORDINATOR, "My child is ill.")
    session.flush()
    found = ways(again(shift), NOW + timedelta(hours=1))
    assert found.free
    assert first not in {each.facts.id for each in found.free}


def test_who_is_asked_already_is_counted_and_not_listed_again(world):
    shift = world.shift(day=MONDAY)
    best = ways(again(shift), NOW).free[0].facts.id
    offering.send_offer(shift, of_the_cast(world, best), world.rosa, NOW)
    found = ways(again(shift), NOW)
    assert found.asked == 1
    assert best not in {each.facts.id for each in found.free}


def test_somebody_busy_could_move_where_another_is_free_for_what_she_has(world):
    here = world.shift(day=MONDAY, mode=FillMode.FIRST_COME)
    everybody = [each.facts.id for each in ways(again(here), NOW).free]
    mover = of_the_cast(world, everybody[0])
    hers = world.shift(day=MONDAY, start=time(10), end=time(14), mode=FillMode.FIRST_COME)
    book(hers, mover, mover.person, NOW)
    session.flush()
    found = ways(again(here), NOW)
    move = next(each for each in found.moves if each.coordinator_id == mover.id)
    assert move.instead_of.id == hers.id
    assert move.free_id not in {mover.id, None}


def test_asking_moves_nobody(world):
    here = world.shift(day=MONDAY, mode=FillMode.FIRST_COME)
    mover = of_the_cast(world, ways(again(here), NOW).free[0].facts.id)
    hers = world.shift(day=MONDAY, start=time(10), end=time(14), mode=FillMode.FIRST_COME)
    made = book(hers, mover, mover.person, NOW)
    ask_to_move(again(here), mover.id, hers.id, world.sam, NOW)
    session.commit()
    bind_actor(SYSTEM)
    tell_asked_to_move(made.id, here.id)
    notice = session.scalars(select(Notice).where(Notice.kind == "move")).one()
    assert notice.person_id == mover.person_id
    assert notice.sentence.startswith("Would you work Prior-Authorization at Harbor Family Medicine")
    held = session.get_one(Assignment, made.id, populate_existing=True)
    assert (held.state, held.shift_id) == (AssignmentState.BOOKED, hers.id)


def test_who_no_longer_has_the_other_shift_is_not_asked(world):
    here, hers = world.shift(day=MONDAY), world.shift(day=MONDAY)
    with pytest.raises(NotAllowedNow, match="does not have the other shift"):
        ask_to_move(again(here), world.maya.id, hers.id, world.sam, NOW)


def test_the_inbox_leads_to_it_and_one_click_asks_the_best(world, client):
    shift = world.shift(day=date(2026, 11, 25))
    page = client.sign_in("sam").get("/overview").follow("Refill")
    assert page.sees("Free for it, best first")
    page = page.press("Offer")
    assert page.sees("The offer is out.", "1 was asked already")
    page = page.press("Undo")
    assert client.get(f"/matching/shifts/{shift.id}/refill").text.count("was asked already") == 0
