"""A plan keeps the price of its seats, and what everybody could do with their hours at these prices."""

from datetime import date, time, timedelta

from sqlalchemy import select

from marketplace.db import session
from marketplace.eligibility.models import HoursWorth, SeatPrice
from marketplace.kernel import clock
from marketplace.matching.index import Opening
from marketplace.plans.constraints import pin
from marketplace.plans.models import MatchPlan
from marketplace.plans.requests import ask_what_if
from marketplace.plans.solver import solver_process
from marketplace.plans.solver.opening_values import openings
from tests.plans.planned import again, plan_made, question, worked_on
from tests.world import NOW

MONDAY = date(2026, 11, 30)
LATER = NOW + timedelta(minutes=1)


def test_a_plan_leaves_its_prices_and_what_everybody_could_do_at_them(compiled_solver, world):
    shifts = [
        world.shift(day=MONDAY, headcount=2),
        world.shift(world.riverside, day=MONDAY, start=time(12), end=time(20)),
    ]
    plan = plan_made(world, solver_process.solve_here)
    kept = {one.shift_id: one.points for one in session.scalars(select(SeatPrice))}
    said = session.scalars(select(MatchPlan.prices).where(MatchPlan.id == plan.id)).one()
    assert kept == {shift.id: round(said[str(shift.id)]) for shift in shifts}
    asked = question()
    told = openings(asked, [said[str(shift.id)] for shift in asked.shifts])
    stored = {one.coordinator_id: one for one in session.scalars(select(HoursWorth))}
    assert {key: [Opening(*each) for each in one.openings] for key, one in stored.items()} == dict(told)
    assert {one.plan_id for one in stored.values()} <= {plan.id}
    assert all(opening.value > 0 for found in told.values() for opening in found)


def test_what_somebody_is_pinned_to_counts_with_all_it_is_worth(world):
    shift = world.shift(day=MONDAY)
    pin(shift, world.maya, world.sam, NOW)
    asked = question()
    told = openings(asked, [0.0] * len(asked.shifts))
    assert [one.shift_id for one in told[world.maya.id]] == [shift.id]
    assert told[world.maya.id][0].value == asked.pinned[0].value


def test_the_next_plan_takes_the_place_of_the_last_and_a_question_leaves_all_as_it_is(world):
    shift = world.shift(day=MONDAY)
    first = plan_made(world)
    assert {one.plan_id for one in session.scalars(select(SeatPrice))} == {first.id}
    other = world.shift(day=MONDAY + timedelta(days=1))
    with clock.frozen_at(LATER):
        second = plan_made(world)
        assert {one.shift_id: one.plan_id for one in session.scalars(select(SeatPrice))} == dict.fromkeys(
            (shift.id, other.id), second.id
        )
        asked = ask_what_if(again(second), shift, world.maya, world.sam, LATER)
        session.commit()
        worked_on(asked)
        session.expire_all()
        assert {one.plan_id for one in session.scalars(select(SeatPrice))} == {second.id}
