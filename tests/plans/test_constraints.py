"""Pins hold in every plan, vetoes too; what cannot be kept is told with its reason."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from marketplace.booking.booking import book
from marketplace.db import session
from marketplace.eligibility.assessment import assess
from marketplace.kernel import Invalid, NotAllowedNow, Phrase
from marketplace.matching.constants import PRIORITY_POINTS
from marketplace.needs.models import FillMode
from marketplace.plans import constraints
from marketplace.plans.models import PlanConstraint
from marketplace.plans.rules import ConstraintKind
from tests.plans.planned import plan_made, proposals, question, who_has
from tests.world import NOW

MONDAY = date(2026, 11, 30)


def fitting(world, shift):
    """Everybody of the cast who may take it."""
    cast = (world.maya, world.jonas, world.aisha, world.devon, world.sofia)
    return [one for one in cast if assess([one.id], shift, NOW)[0].eligible]


def test_who_is_pinned_has_the_seat_whoever_fits_better(world):
    shift = world.shift(day=MONDAY)
    plan = plan_made(world)
    other = next(one for one in fitting(world, shift) if one.id not in who_has(plan, shift))
    constraints.pin(shift, other, world.sam, NOW)
    plan = plan_made(world)
    assert who_has(plan, shift) == {other.id}
    assert proposals(plan)[0].pinned


def test_who_is_vetoed_is_never_proposed_until_the_veto_is_removed(world):
    shift = world.shift(day=MONDAY)
    (best,) = who_has(plan_made(world), shift)
    one = next(one for one in fitting(world, shift) if one.id == best)
    veto = constraints.veto(shift, one, world.sam, NOW)
    assert best not in who_has(plan_made(world), shift)
    constraints.remove(veto, world.sam, NOW)
    assert who_has(plan_made(world), shift) == {best}


def test_without_the_ban_the_question_would_hold_the_pair(world):
    """The guard proves itself: the pair is in the instance until it is vetoed."""
    shift = world.shift(day=MONDAY)
    one = fitting(world, shift)[0]
    assert one.id in question().coordinators
    before = question().instance.pairs
    constraints.veto(shift, one, world.sam, NOW)
    assert question().instance.pairs == before - 1


def test_a_pin_and_a_ban_of_one_pair_replace_each_other(world):
    shift = world.shift(day=MONDAY)
    one = fitting(world, shift)[0]
    constraints.pin(shift, one, world.sam, NOW)
    constraints.veto(shift, one, world.sam, NOW)
    kinds = session.scalars(select(PlanConstraint.kind).where(PlanConstraint.ended_at.is_(None))).all()
    assert kinds == [ConstraintKind.VETO]
    with pytest.raises(NotAllowedNow, match="is vetoed for this shift already"):
        constraints.veto(shift, one, world.sam, NOW)


def test_nobody_is_pinned_who_may_not_take_the_shift(world):
    shift = world.shift(day=MONDAY, languages=["ja"])
    with pytest.raises(NotAllowedNow, match="Maya Torres cannot take this shift"):
        constraints.pin(shift, world.maya, world.sam, NOW)


def test_pins_that_conflict_are_refused_when_they_are_made(world):
    first, second = world.shift(day=MONDAY), world.shift(day=MONDAY, start=time(12), end=time(20))
    one = next(one for one in fitting(world, first) if one.id in {each.id for each in fitting(world, second)})
    constraints.pin(first, one, world.sam, NOW)
    with pytest.raises(NotAllowedNow, match="pinned to another shift that leaves no time"):
        constraints.pin(second, one, world.sam, NOW)


def test_a_seat_has_one_pin(world):
    shift = world.shift(day=MONDAY)
    one, other, *_ = fitting(world, shift)
    constraints.pin(shift, one, world.sam, NOW)
    with pytest.raises(NotAllowedNow, match="pinned already"):
        constraints.pin(shift, other, world.sam, NOW)


def test_a_pin_that_can_no_longer_be_kept_is_told_and_the_plan_goes_on(world):
    first = world.shift(day=MONDAY)
    one = fitting(world, first)[0]
    constraints.pin(first, one, world.sam, NOW)
    clash = world.shift(day=MONDAY, start=time(10), end=time(14), mode=FillMode.FIRST_COME)
    if not assess([one.id], clash, NOW)[0].eligible:
        pytest.fail("they may not take the other shift: nothing was checked")
    book(clash, one, one.person, NOW)
    plan = plan_made(world)
    (told,) = plan.broken_constraints
    assert told["coordinator_id"] == one.id
    assert "Already booked" in str(Phrase.from_record(told["phrase"]))
    assert one.id not in who_has(plan, first)


def test_conflicting_pins_written_past_the_check_are_sorted_out_by_the_plan(world):
    """Two people at once, or rules that changed since: the older pin is kept, the other told."""
    first, second = world.shift(day=MONDAY), world.shift(day=MONDAY, start=time(12), end=time(20))
    one = next(one for one in fitting(world, first) if one.id in {each.id for each in fitting(world, second)})
    for shift in (first, second):
        session.add(PlanConstraint(shift_id=shift.id, coordinator_id=one.id, kind=ConstraintKind.PIN, at=NOW))
        session.flush()
    plan = plan_made(world)
    assert who_has(plan, first) == {one.id}
    assert [told["shift_id"] for told in plan.broken_constraints] == [second.id]


def test_a_pinned_shift_takes_hours_and_rest_of_the_others(world):
    shift = world.shift(day=MONDAY)
    one = fitting(world, shift)[0]
    constraints.pin(shift, one, world.sam, NOW)
    asked = question()
    assert any(booking.shift_id == shift.id for booking in asked.people[one.id].bookings)
    assert asked.pinned[0].value > PRIORITY_POINTS


def test_the_reason_may_not_name_a_patient(world):
    shift = world.shift(day=MONDAY)
    with pytest.raises(Invalid):
        constraints.veto(shift, world.maya, world.sam, NOW, "SSN 123-45-6789 asked for it")


def test_a_removed_pin_can_be_restored_once(world):
    shift = world.shift(day=MONDAY)
    veto = constraints.veto(shift, world.maya, world.sam, NOW)
    constraints.remove(veto, world.sam, NOW)
    with pytest.raises(NotAllowedNow, match="removed already"):
        constraints.remove(veto, world.sam, NOW)
    constraints.restore(veto, world.sam, NOW + timedelta(minutes=1))
    with pytest.raises(NotAllowedNow):
        constraints.restore(veto, world.sam, NOW + timedelta(minutes=1))
