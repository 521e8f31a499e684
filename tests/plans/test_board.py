"""The board: one click makes a plan, one publishes it; who may not plan finds nothing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from marketplace.audit.models import AuditEntry
from marketplace.booking.booking import book
from marketplace.db import SYSTEM, Actor, Audience, bind_actor, session
from marketplace.eligibility.assessment import assess
from marketplace.kernel.clock import frozen_at
from marketplace.needs.models import FillMode
from marketplace.plans import constraints
from marketplace.plans.models import MatchPlan, MatchSetting, PlanConstraint
from marketplace.plans.publishing.pairs import publish_pairs
from marketplace.plans.requests import ask_for_plan
from marketplace.plans.rules import ConstraintKind, PlanState
from tests.plans.planned import again, plan_made, proposals, published, who_has, worked_on
from tests.world import NOW

MONDAY = date(2026, 11, 30)


def test_a_plan_is_made_by_one_click_and_published_by_another(world, client):
    world.shift(day=MONDAY)
    page = client.sign_in("sam").get("/matching")
    assert page.sees("There is no plan yet")
    page = page.press("Make a plan now")
    assert page.sees("Waiting for a worker")
    plan = worked_on(the_plan(PlanState.QUEUED))
    page = client.get("/matching")
    assert page.sees("Seats filled", "1 / 1", "below the best possible plan", "Publish: 1 offer")
    page = page.press("Publish: 1 offer")
    assert again(plan).state is PlanState.PUBLISHING
    session.commit()
    publish_pairs(plan.id, world.sam.id)
    page = client.get("/matching")
    assert page.sees("Waiting for reply", "Undo")
    page = page.press("Undo")
    assert page.sees("1 proposal is undone", "Publish: 1 offer")


def test_the_card_of_progress_says_not_modified_until_something_changes(world, client):
    world.shift(day=MONDAY)
    plan = ask_for_plan(world.sam, NOW)
    session.commit()
    client.sign_in("sam")
    first = client.client.get("/matching/progress")
    assert first.status_code == 200
    assert client.client.get("/matching/progress", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    plan = again(plan)
    plan.state, plan.progress = PlanState.RUNNING, 40
    session.commit()
    second = client.client.get("/matching/progress", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert "40" in second.text
    worked_on(plan)
    assert client.client.get("/matching/progress").headers["HX-Refresh"] == "true"


def test_a_plan_can_be_stopped_from_the_board(world, client):
    world.shift(day=MONDAY)
    plan = ask_for_plan(world.sam, NOW)
    session.commit()
    page = client.sign_in("sam").get("/matching").press("Stop")
    assert page.sees("Stopped.", "It was stopped.")
    assert again(plan).state is PlanState.CANCELLED


def test_the_board_says_what_the_plan_does_not_know(world, client):
    shift = world.shift(day=MONDAY, mode=FillMode.FIRST_COME)
    plan_made(world)
    assert "Something changed" not in client.sign_in("sam").get("/matching").text
    bind_actor(SYSTEM)
    other = world.shift(day=MONDAY + timedelta(days=1), mode=FillMode.FIRST_COME)
    free = next(one for one in (world.maya, world.jonas, world.aisha) if one.id not in who_has(the_plan(), shift))
    book(other, free, free.person, NOW + timedelta(minutes=1))
    session.commit()
    assert client.get("/matching").sees("Something changed", "1 booking")


def the_plan(state=PlanState.READY):
    bind_actor(SYSTEM)
    return session.scalars(select(MatchPlan).where(MatchPlan.state == state)).one()


def test_what_the_plan_itself_was_published_as_is_no_news(world, client):
    world.shift(day=MONDAY)
    plan = plan_made(world)
    published(world, plan)
    assert "Something changed" not in client.sign_in("sam").get("/matching").text


def test_filters_show_only_what_is_asked_for(world, client):
    world.shift(day=MONDAY)
    world.shift(world.riverside, day=MONDAY + timedelta(days=1), line="medical-billing")
    world.shift(day=MONDAY + timedelta(days=2), languages=["ja"])
    plan_made(world)
    page = client.sign_in("sam").get("/matching")
    assert page.sees("Monday, November 30", "Tuesday, December 1", "Nobody may take it.")
    assert "Monday, November 30, 2026 " not in client.get("/matching?show=unfilled").text
    bind_actor(SYSTEM)
    only = client.get(f"/matching?facility={world.riverside.id}")
    assert only.sees("Tuesday, December 1, 2026")
    assert "Nobody may take it." not in client.get("/matching?line=medical-billing").text
    assert client.get("/matching?day=2026-12-02").sees("Nobody may take it.")
    assert client.get("/matching?show=refused").sees("Nothing of this plan matches these filters.")


def test_only_what_changed_against_the_last_plan(world, client):
    first = world.shift(day=MONDAY)
    plan_made(world)
    world.shift(day=MONDAY + timedelta(days=1))
    plan_made(world)
    page = client.sign_in("sam").get("/matching?show=changed")
    assert page.sees("Tuesday, December 1, 2026")
    assert first.local_day == MONDAY
    page = client.get(f"/matching/plans/{the_plan().id}/comparison")
    assert page.sees("Two plans compared", "Seats filled before", "1 / 1", "2 / 2")


def test_a_pin_a_veto_and_their_undo_are_buttons_of_the_row(world, client):
    world.shift(day=MONDAY)
    plan = plan_made(world)
    who = proposals(plan)[0].coordinator_id
    page = client.sign_in("sam").get("/matching")
    with frozen_at(NOW + timedelta(minutes=1)):
        page.press("Pin")
    bind_actor(SYSTEM)
    constraint = session.scalars(select(PlanConstraint)).one()
    assert (constraint.kind, constraint.coordinator_id) == (ConstraintKind.PIN, who)
    page = client.get("/matching")
    assert page.sees("Pinned", "Something changed", "1 pin or veto")
    page = page.press("Remove")
    assert page.sees("Removed.")
    assert "Remove" not in client.get("/matching").text


def test_move_to_pins_and_plans_anew(world, client):
    shift = world.shift(day=MONDAY)
    plan = plan_made(world)
    other = next(
        one for one in (world.maya, world.jonas, world.aisha) if may(one, shift) and one.id not in who_has(plan, shift)
    )
    client.sign_in("sam").get("/matching").press("Move", coordinator=str(other.id))
    new = the_plan(PlanState.QUEUED)
    assert who_has(worked_on(new), shift) == {other.id}


def may(one, shift):
    return assess([one.id], shift, NOW)[0].eligible


def test_a_move_that_may_not_be_is_refused_on_the_board_and_changes_nothing(world, client):
    shift, devon = world.shift(day=MONDAY), world.devon.id
    plan_made(world)
    client.sign_in("sam").get("/matching")
    page = client.post(f"/matching/shifts/{shift.id}/moves", {"coordinator": str(devon)})
    assert page.sees("Matching", "Devon Blake", "cannot take this shift")
    bind_actor(SYSTEM)
    assert session.scalars(select(PlanConstraint)).all() == []


def test_what_if_is_a_question_with_an_answer_in_words(world, client):
    shift = world.shift(day=MONDAY)
    plan = plan_made(world)
    other = next(
        one for one in (world.maya, world.jonas, world.aisha) if may(one, shift) and one.id not in who_has(plan, shift)
    )
    page = client.sign_in("sam").get("/matching")
    page.press("What if?", coordinator=str(other.id))
    asked = the_plan(PlanState.QUEUED)
    worked_on(asked)
    page = client.get(f"/matching/plans/{asked.id}/comparison")
    assert page.sees(f"What if {other.name} has this shift?", "It costs", "Do it: pin and plan again")
    assert again(plan).state is PlanState.READY


def test_a_plan_in_the_making_claims_nothing_and_shows_the_present_one(world, client):
    world.shift(day=MONDAY)
    plan_made(world)
    maya = str(world.maya.id)
    client.sign_in("sam").get("/matching").press("What if?", coordinator=maya)
    asked = the_plan(PlanState.QUEUED)
    page = client.get(f"/matching/plans/{asked.id}")
    assert page.sees(
        "Plan in the making",
        "Waiting for a worker",
        "What if Maya Torres has this shift?",
        "The present plan",
        "1 of 1 seats",
    )
    for claim in ("Proven", "0 / 0", "100", "every open seat has somebody", "nothing to plan"):
        assert claim not in page.text
    page.press("Stop")
    page = client.get(f"/matching/plans/{asked.id}")
    assert page.sees("This plan was not finished.", "It was stopped.", "The present plan")
    assert "Proven" not in page.text.partition("The present plan")[0]


def test_settings_hold_for_the_next_plan_and_keep_their_history(world, client):
    client.sign_in("sam").get("/matching/settings").press(
        "Set", horizon_days="7", freeze_hours="12", time_limit_seconds="30", fair_percent="40"
    )
    bind_actor(SYSTEM)
    world.shift(day=MONDAY)
    plan = plan_made(world)
    assert (plan.ends_at - plan.starts_at, plan.freeze_hours, plan.time_limit_seconds) == (timedelta(days=7), 12, 30)
    assert client.get("/matching/settings").sees("Sam", "7 days, frozen 12 h")
    page = client.get("/matching/settings").press("Set", horizon_days="0")
    assert page.sees("Write a whole number from 1 to 60.")
    bind_actor(SYSTEM)
    assert session.scalar(select(func.count()).select_from(MatchSetting)) == 1


def test_every_act_leaves_a_line_in_the_trail_and_the_coordinator_reads_none_of_it(world):
    shift = world.shift(day=MONDAY)
    constraints.veto(shift, world.maya, world.sam, NOW, "Asked for somebody new.")
    published(world, plan_made(world))
    acts = session.execute(select(AuditEntry.act, AuditEntry.thing, AuditEntry.coordinator_id)).all()
    assert {("ask", "match_plan", None), ("publish", "match_plan", None), ("forbid", "match_wish", None)} <= {
        tuple(one) for one in acts
    }


@pytest.mark.parametrize("who", ["rosa", "maya", "chidi", "felix"])
def test_nobody_but_owner_and_schedulers_of_the_agency_gets_in(world, client, who):
    plan_made(world)
    client.sign_in(who)
    assert client.client.get("/matching").status_code == 403


@pytest.mark.parametrize("audience", ["facility", "coordinator", "visitor"])
@pytest.mark.parametrize("table", ["match_plan", "plan_pair", "plan_gap", "plan_option", "match_wish", "match_setting"])
def test_the_database_itself_shows_plans_to_nobody_else(world, audience, table):
    world.shift(day=MONDAY)
    plan_made(world)
    bind_actor(Actor(Audience(audience), world.maya.person_id, world.harbor.id, world.maya.id))
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text(f"SELECT * FROM {table}"))


def test_the_agency_reads_them(world):
    world.shift(day=MONDAY)
    plan_made(world)
    bind_actor(Actor(Audience.AGENCY, world.sam.id))
    assert session.scalar(text("SELECT count(*) FROM match_plan")) == 1


def test_a_form_of_an_older_version_publishes_nothing(world, client):
    world.shift(day=MONDAY)
    plan = plan_made(world)
    page = client.sign_in("sam").get("/matching")
    again(plan).seed = 5
    session.commit()
    page = page.press("Publish: 1 offer")
    assert page.sees("Somebody changed this while you had it open")
    assert again(plan).state is PlanState.READY
