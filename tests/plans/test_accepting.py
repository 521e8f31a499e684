"""A plan counts how likely people accept: by their answers of the last half year, and says so beside the other parts."""

from datetime import date, timedelta

import pytest

from marketplace.assignments.models import Offer
from marketplace.assignments.rules import OfferState
from marketplace.booking import offers
from marketplace.db import session
from marketplace.matching.acceptance import COUNTED_FOR, Answers, chance, expected
from marketplace.matching.scoring import score
from marketplace.needs.models import FillMode
from marketplace.plans.solver import solver_process
from tests.plans.planned import plan_made, proposals, question, who_has
from tests.world import NOW

MONDAY = date(2026, 11, 30)


def answered(world, who, yes, no, at=NOW - timedelta(days=20)):
    """So many offers of the past, accepted and declined."""
    shift = world.shift(day=date(2026, 11, 2))
    for state in [OfferState.ACCEPTED] * yes + [OfferState.DECLINED] * no:
        session.add(
            Offer(
                shift_id=shift.id, facility_id=shift.facility_id, coordinator_id=who.id, state=state, sent_at=at,
                answered_at=at, expires_at=at + timedelta(hours=4),
            )
        )  # fmt: skip
    session.flush()


def test_answers_of_the_last_half_year_are_counted_and_nothing_else(world):
    answered(world, world.maya, 3, 1)
    answered(world, world.maya, 5, 5, at=NOW - COUNTED_FOR - timedelta(days=1))
    open_shift = world.shift(day=MONDAY, mode=FillMode.FIRST_COME)
    offers.turn_down(open_shift, world.maya, world.maya.person, NOW)
    unanswered = offers.send_offer(world.shift(day=MONDAY), world.maya, world.rosa, NOW)
    assert unanswered.state is OfferState.SENT
    assert question().answers == {world.maya.id: Answers(3, 4)}


def test_the_solver_is_given_exactly_what_the_parts_add_up_to(world):
    answered(world, world.maya, 9, 0)
    answered(world, world.jonas, 0, 9)
    applied = world.shift(day=MONDAY + timedelta(days=1), mode=FillMode.CHOOSE)
    world.shift(day=MONDAY, headcount=2)
    offers.apply(applied, world.jonas, world.jonas.person, NOW)
    asked = question()
    given = zip(
        asked.instance.pair_slot.tolist(), asked.instance.pair_coordinator.tolist(), asked.instance.pair_score.tolist(),
        strict=True,
    )  # fmt: skip
    seen = set()
    for slot, column, points in given:
        shift, key = asked.shifts[slot], asked.coordinators[column]
        told = asked.fit(shift, key)
        assert points == told.total == sum(part.points for part in told.parts)
        plain = score(asked.people[key], shift, asked.context).total
        certain = (shift.id, key) in asked.applied
        assert points == (plain if certain else expected(plain, chance(asked.answers.get(key, Answers()))))
        assert 0 <= points <= 999
        seen.add(certain)
    assert seen == {True, False}


def test_between_two_who_fit_alike_the_one_who_usually_accepts_is_proposed(world):
    shift = world.shift(day=MONDAY)
    first = who_has(plan_made(world), shift)
    favorite = next(one for one in (world.maya, world.jonas, world.aisha) if one.id in first)
    answered(world, favorite, 0, 40)
    plan = plan_made(world)
    assert who_has(plan, shift) != first
    assert plan.value <= plan.bound


def test_somebody_who_always_declines_is_still_proposed_where_nobody_else_may(world):
    shift = world.shift(day=MONDAY, headcount=20)
    able = who_has(plan_made(world), shift)
    answered(world, world.maya, 0, 40)
    assert who_has(plan_made(world), shift) == able


def test_with_the_solver_itself_the_bound_holds_for_what_the_plan_is_worth(compiled_solver, world):
    answered(world, world.maya, 1, 12)
    for n in range(4):
        world.shift(day=MONDAY + timedelta(days=n), headcount=2)
    plan = plan_made(world, solver_process.solve_here)
    worth = sum(10_000 + pair.score for pair in proposals(plan))
    assert plan.value == pytest.approx(worth, abs=10_000 * 8 * len(proposals(plan)))
    assert plan.value <= plan.bound
    assert plan.bound - plan.value <= plan.bound // 100
    assert all(pair.score == sum(part["points"] for part in pair.parts) for pair in proposals(plan))


def test_the_board_says_how_often_somebody_accepted(world, visitors):
    shift = world.shift(day=MONDAY)
    maya = world.maya
    answered(world, maya, 8, 2)
    for other in (world.jonas, world.aisha, world.devon, world.sofia):
        answered(world, other, 0, 30)
    plan = plan_made(world)
    session.commit()
    (pair,) = proposals(plan)
    part = next(one for one in pair.parts if one["code"] == "acceptance")
    assert part["points"] <= 0
    page = visitors("sam").get(f"/matching/plans/{plan.id}/shifts/{shift.id}")
    page.sees("Says yes")
    if pair.coordinator_id == maya.id:
        page.sees("Usually accepts", "8 of 10 offers accepted")
    else:
        page.sees("Often declines", "0 of 30 offers accepted")
