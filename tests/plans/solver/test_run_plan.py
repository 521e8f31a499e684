"""A plan fills what can be filled, keeps what is confirmed, and says why a seat stays empty."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, time, timedelta

import numpy as np
import pytest
from sqlalchemy import select

from marketplace.booking import offers
from marketplace.booking.booking import book
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import NotAllowedNow, Phrase
from marketplace.matching.rules import hard_rules
from marketplace.needs.models import FillMode
from marketplace.needs.rules import NeedState
from marketplace.plans.models import MatchPlan, PlanPair
from marketplace.plans.requests import ask_for_plan, ask_what_if, cancel_plan
from marketplace.plans.rules import GapReason, PlanState, gap_ppm, percent_words, priority
from marketplace.plans.solver import solver_process
from marketplace.plans.solver.pins import with_booking
from tests.plans.planned import again, gap_of, plan_made, proposals, question, quick, who_has, worked_on
from tests.world import NOW

MONDAY = date(2026, 11, 30)


def test_every_seat_that_somebody_may_take_has_a_proposal(world):
    shifts = [world.shift(day=MONDAY + timedelta(days=n)) for n in range(3)]
    plan = plan_made(world)
    assert plan.state is PlanState.READY
    assert (plan.filled, plan.seats) == (3, 3)
    assert all(who_has(plan, shift) for shift in shifts)
    pair = proposals(plan)[0]
    assert pair.score == sum(part["points"] for part in pair.parts)
    assert plan.value <= plan.bound


def test_the_solver_and_the_rules_agree_on_a_real_market(compiled_solver, world):
    """The solver itself, in this process: at least as good as taking the best fit seat by seat."""
    for n in range(4):
        world.shift(day=MONDAY + timedelta(days=n), headcount=2)
        world.shift(world.riverside, day=MONDAY + timedelta(days=n), start=time(10), end=time(14))
    plan = plan_made(world, solver_process.solve_here)
    simple = plan_made(world)
    assert plan.value >= simple.value
    assert plan.bound - plan.value <= plan.bound // 100


def test_nobody_in_a_plan_works_two_shifts_at_once_or_over_their_hours(world):
    for n in range(7):
        world.shift(day=MONDAY + timedelta(days=n), start=time(7), end=time(19), headcount=2)
        world.shift(day=MONDAY + timedelta(days=n), start=time(8), end=time(16))
    plan = plan_made(world)
    asked = question()
    by_id = {shift.id: shift for shift in asked.shifts}
    for who in {pair.coordinator_id for pair in proposals(plan)}:
        person = asked.people[who]
        for pair in proposals(plan):
            if pair.coordinator_id == who:
                assert hard_rules.eligible(person, by_id[pair.shift_id], asked.context)
                person = with_booking(person, by_id[pair.shift_id])
        assert len(person.bookings) > len(asked.people[who].bookings)


def test_without_the_last_look_a_plan_would_double_book(world):
    """The guard proves itself: every pair the solver names, taken as it is, is more than the rules allow."""
    for _ in range(3):
        world.shift(day=MONDAY)
    asked = question()
    named = asked.instance.pairs
    assert named > len(proposals(plan_made(world)))


def test_confirmed_bookings_stay_and_take_hours_and_rest(world):
    shift = world.shift(day=MONDAY, mode=FillMode.FIRST_COME)
    other = world.shift(day=MONDAY)
    taken = book(shift, world.maya, world.maya.person, NOW)
    plan = plan_made(world)
    assert world.maya.id not in who_has(plan, other)
    kept = session.scalars(select(PlanPair).where(PlanPair.plan_id == plan.id, PlanPair.kept)).one()
    assert (kept.shift_id, kept.coordinator_id, kept.seat) == (shift.id, taken.coordinator_id, 1)
    assert plan.seats == 1


def test_who_declined_a_shift_or_gave_it_back_is_not_proposed_for_it(world):
    declined = world.shift(day=MONDAY)
    best = proposals(plan_made(world))[0].coordinator_id
    somebody = session.scalars(select(Coordinator).where(Coordinator.id == best)).one()
    offer = offers.send_offer(declined, somebody, world.rosa, NOW)
    offers.decline(offer, world.maya.person, NOW)
    assert best not in who_has(plan_made(world), declined)


def test_shortly_before_a_shift_nobody_but_who_was_asked_is_proposed(world):
    soon = world.shift(day=date(2026, 11, 24), start=time(16), end=time(20))
    someone = who_has(plan_made(world), soon)
    other = next(one for one in (world.jonas, world.maya, world.aisha) if one.id not in someone)
    world_may = [one for one in (world.jonas, world.maya, world.aisha) if one.id != next(iter(someone), 0)]
    asked = None
    for one in (other, *world_may):
        try:
            asked = offers.send_offer(soon, one, world.rosa, NOW)
            break
        except NotAllowedNow:
            continue
    if asked is None:
        pytest.fail("nobody else may take this shift: nothing was checked")
    assert who_has(plan_made(world), soon) == {asked.coordinator_id}


def test_an_empty_seat_says_which_rules_refused_how_many(world):
    nobody = world.shift(day=MONDAY, languages=["ja"])
    gap = gap_of(plan_made(world), nobody)
    assert gap.reason is GapReason.NOBODY
    assert gap.refusals["languages"] >= 5


def test_an_empty_seat_says_who_is_needed_elsewhere(world):
    shifts = [world.shift(day=MONDAY) for _ in range(6)]
    plan = plan_made(world)
    gaps = [gap for gap in (gap_of(plan, shift) for shift in shifts) if gap]
    assert gaps
    for gap in gaps:
        assert gap.reason is GapReason.TAKEN
        assert all(shift in {one.id for one in shifts} for _who, shift in gap.taken)


def test_what_is_urgent_weighs_more():
    hours = [priority(NOW + timedelta(hours=n), NOW) for n in (2, 24, 30, 72, 100, 168, 300)]
    assert hours == [8, 8, 4, 4, 2, 2, 1]


def test_the_gap_is_never_told_smaller_than_it_is():
    assert gap_ppm(9_997, 10_000) == 300
    assert gap_ppm(10_000, 10_000) == gap_ppm(0, 0) == 0
    assert percent_words(300) == "0.03"
    assert percent_words(301) == "0.04"
    assert gap_ppm(2, 3) == 333_334


def test_seats_of_needs_on_hold_and_drafts_are_not_planned(world):
    world.shift(day=MONDAY, state=NeedState.ON_HOLD)
    world.shift(day=MONDAY, state=NeedState.DRAFT)
    assert plan_made(world).seats == 0


# ---- the job ----------------------------------------------------------------------------------------------------


def test_no_transaction_is_open_while_the_solver_works(world):
    world.shift(day=MONDAY)
    seen = []

    def looking(instance, **how):
        seen.append(session().in_transaction())
        return quick(instance)

    plan_made(world, looking)
    assert seen == [False]


def test_that_search_notices_an_open_transaction(world):
    session.scalar(select(MatchPlan.id).limit(1))
    assert session().in_transaction()


def test_progress_is_told_and_a_stopped_plan_ends_there(world):
    world.shift(day=MONDAY)
    plan = ask_for_plan(world.sam, NOW)
    session.commit()

    def stopped_half_way(instance, *, tell, **how):
        assert tell(40)
        assert again(plan).progress == 40
        cancel_plan(again(plan), world.sam)
        session.commit()
        assert not tell(60)
        raise solver_process.Cancelled

    made = worked_on(plan, stopped_half_way)
    assert made.state is PlanState.CANCELLED
    assert proposals(made) == []


def test_a_plan_stopped_at_the_last_moment_is_not_kept(world):
    world.shift(day=MONDAY)
    plan = ask_for_plan(world.sam, NOW)
    session.commit()

    def too_late(instance, **how):
        cancel_plan(again(plan), world.sam)
        session.commit()
        return quick(instance)

    assert worked_on(plan, too_late).state is PlanState.CANCELLED


def test_a_failure_is_a_sentence_on_the_board(world):
    world.shift(day=MONDAY)

    def fails(instance, **how):
        raise solver_process.Unsolved(Phrase("The solver took too long and was stopped."))

    plan = plan_made(world, fails)
    assert (plan.state, plan.failure) == (PlanState.FAILED, "The solver took too long and was stopped.")


def test_what_nobody_foresaw_is_a_sentence_too_and_the_worker_goes_on(world):
    world.shift(day=MONDAY)

    def breaks(instance, **how):
        raise ZeroDivisionError

    assert "log of the worker" in plan_made(world, breaks).failure


def test_two_plans_at_once_are_not_made(world):
    ask_for_plan(world.sam, NOW)
    with pytest.raises(NotAllowedNow, match="being made at this moment"):
        ask_for_plan(world.ada, NOW)


def test_the_table_itself_refuses_a_second_plan_in_work(world):
    for _ in range(2):
        plan = MatchPlan(
            asked_at=NOW, starts_at=NOW, ends_at=NOW + timedelta(days=1), freeze_hours=0, time_limit_seconds=1, seed=0
        )
        session.add(plan)
    with pytest.raises(Exception, match="uq_match_plan_in_work"):
        session.flush()


def test_a_plan_whose_worker_is_gone_does_not_block_the_next(world):
    plan = ask_for_plan(world.sam, NOW)
    plan.state, plan.heartbeat_at = PlanState.RUNNING, NOW - timedelta(minutes=11)
    session.flush()
    ask_for_plan(world.sam, NOW)
    assert again(plan).state is PlanState.FAILED


def test_the_new_plan_puts_the_old_one_aside_and_a_question_does_not(world):
    shift = world.shift(day=MONDAY)
    first = plan_made(world)
    second = plan_made(world)
    assert [again(one).state for one in (first, second)] == [PlanState.SUPERSEDED, PlanState.READY]
    other = next(one for one in (world.maya, world.jonas, world.aisha) if one.id not in who_has(second, shift))
    asked = ask_what_if(again(second), shift, other, world.sam, NOW)
    session.commit()
    asked = worked_on(asked)
    assert again(second).state is PlanState.READY
    if asked.state is PlanState.READY:
        assert who_has(asked, shift) == {other.id}
    else:
        assert asked.failure


def test_the_next_plan_starts_from_the_prices_of_the_last(world):
    world.shift(day=MONDAY)
    starts = []

    def priced(instance, *, start, **how):
        starts.append(start)
        answer = quick(instance)
        return solver_process.SolverResult(answer.pairs, 0, answer.bound, [1234.5] * instance.slots)

    plan_made(world, priced)
    plan_made(world, priced)
    assert starts[0] is None
    assert list(starts[1].prices) == [1234.5]
    assert len(starts[1].pairs) == 1


def test_facts_are_read_in_a_fixed_number_of_statements(world, statements):
    world.shift(day=MONDAY)
    statements.clear()
    question()
    few = len([one for one in statements if not one.startswith("SELECT set_config")])
    for n in range(6):
        world.shift(world.riverside, day=MONDAY + timedelta(days=n), headcount=2)
    statements.clear()
    question()
    assert len([one for one in statements if not one.startswith("SELECT set_config")]) == few <= 14


def test_the_process_of_its_own_gives_the_same_answer(compiled_solver, world):
    world.shift(day=MONDAY)
    asked = question()
    told = []

    def tell(percent):
        told.append(percent)
        return True

    how = {"stay": asked.stay, "seed": 0, "time_limit": 20, "start": None}
    apart = solver_process.solve(asked.instance, tell=tell, **how)
    here = solver_process.solve_here(asked.instance, tell=tell, **how)
    assert apart.pairs == here.pairs
    assert apart.bound == here.bound


def test_whoever_says_no_ends_the_process(world):
    world.shift(day=MONDAY)
    asked = question()
    with pytest.raises(solver_process.Cancelled):
        solver_process.solve(
            asked.instance, stay=asked.stay, seed=0, time_limit=20, start=None, tell=lambda percent: False
        )


def test_the_pages_never_load_the_compiler():
    """Asked of a new process: the whole site, without numba."""
    asked = (
        "import sys; import marketplace.app, marketplace.navigation; from marketplace.navigation import ROOMS;"
        "from importlib import import_module; [import_module(room) for room in ROOMS];"
        "print('numba' in sys.modules, 'flask' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "True"]


def test_that_question_would_notice_it():
    asked = "import sys; import marketplace.matching.solver.plan; print('numba' in sys.modules)"
    assert "True" in subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout


def test_what_is_compiled_beforehand_has_hours_that_run_out_so_that_nothing_is_left_to_compile():
    few = solver_process._few_shifts()
    free = replace(few, coordinator_minutes=few.coordinator_minutes * 10)
    said = [
        solver_process.solve_here(
            each, stay=np.empty(0, np.int64), seed=0, time_limit=60, start=None, tell=lambda _: None
        )
        for each in (few, free)
    ]
    assert 0 < said[0].value < said[1].value
