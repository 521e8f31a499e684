"""Whoever plans does so on the clock of the agency's desk, wherever that stands: AGENCY_TIME_ZONE."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.booking.booking import book
from marketplace.booking.reassignment_requests import ReassignmentStep, ask
from marketplace.db import session
from marketplace.kernel import clock
from marketplace.plans.models import MatchPlan
from marketplace.plans.queries import plan_zone
from marketplace.plans.replay.past_weeks import read_weeks
from marketplace.plans.tasks import plan_nightly
from tests.plans.planned import plan_made, question
from tests.timesheets.hours import booked
from tests.world import NOW

LOS_ANGELES = "America/Los_Angeles"


@pytest.fixture
def at_the_coast(monkeypatch):
    monkeypatch.setenv("AGENCY_TIME_ZONE", LOS_ANGELES)


def plans():
    return session.scalar(select(func.count()).select_from(MatchPlan))


def test_the_clock_is_the_one_that_was_set(monkeypatch):
    monkeypatch.delenv("AGENCY_TIME_ZONE", raising=False)
    assert plan_zone() == "America/Chicago"
    monkeypatch.setenv("AGENCY_TIME_ZONE", LOS_ANGELES)
    assert plan_zone() == LOS_ANGELES


@pytest.mark.parametrize("minute", [0, 30])
def test_the_nightly_plan_is_made_in_the_agencys_night_and_once(world, at_the_coast, minute):
    midnight = datetime(2026, 11, 25, 0, minute, tzinfo=UTC)
    made = []
    for hour in range(24):
        with clock.frozen_at(midnight + timedelta(hours=hour)):
            plan_nightly()
        if plans() > len(made):
            made.append(hour)
    assert made == [11]  # three in the morning in Los Angeles


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_a_change_of_the_clocks_neither_skips_nor_doubles_the_nightly_plan(world, at_the_coast, day, monkeypatch):
    asked = []
    monkeypatch.setattr("marketplace.plans.requests.ask_for_plan", lambda by, at: asked.append(at))
    for hour in range(30):
        with clock.frozen_at(datetime.combine(day, time(0, 30), UTC) + timedelta(hours=hour)):
            plan_nightly()
    assert len(asked) == 1


def weeks_of_two_shifts(world):
    """In which week of the plan a shift counts that begins early on a Monday in Chicago, and one at noon."""
    for start, end in ((time(0, 30), time(8)), (time(12), time(16))):
        world.shift(day=date(2026, 11, 30), line="triage", start=start, end=end, patient_states=["WI"])
    early, noon = question().instance.slot_week.tolist()
    return noon - early


def test_a_plans_weeks_begin_on_the_agencys_monday(world, monkeypatch):
    assert weeks_of_two_shifts(world) == 0


def test_where_it_is_sunday_still_the_shift_counts_in_the_week_before(world, at_the_coast):
    assert weeks_of_two_shifts(world) == 1


def test_weeks_lived_again_are_whole_days_on_that_clock(world, at_the_coast):
    booked(world, world.maya, date(2026, 11, 16), time(9), time(13))
    assert read_weeks(date(2026, 11, 16), date(2026, 11, 23)).start == datetime(2026, 11, 16, 8, tzinfo=UTC)


def test_the_pages_of_a_plan_tell_its_times_on_that_clock(world, site, settings, client, monkeypatch):
    monkeypatch.setitem(site.config, "SETTINGS", replace(settings, agency_time_zone=LOS_ANGELES))
    shift = world.shift(day=date(2026, 11, 30))
    plan = plan_made(world)
    for page in ("/matching", f"/matching/plans/{plan.id}/shifts/{shift.id}", "/matching/plans"):
        seen = client.sign_in("sam").get(page)
        assert seen.sees("7:00 am PST"), page
        assert "CST" not in seen.text.replace(" am – 5:00 pm CST", ""), page


def test_the_question_to_move_is_told_on_that_clock(world, site, settings, client, monkeypatch):
    from tests.booking.test_reassignments import whole

    monkeypatch.setitem(site.config, "SETTINGS", replace(settings, agency_time_zone=LOS_ANGELES))
    here, own_shift = world.shift(day=date(2026, 11, 30)), world.shift(day=date(2026, 11, 30))
    book(own_shift, world.maya, world.rosa, NOW)
    session.flush()
    ask(whole(here), [ReassignmentStep(world.maya.id, own_shift.id)], None, world.sam, NOW)
    page = client.sign_in("sam").get(f"/matching/shifts/{here.id}/refill")
    assert page.sees("until Nov 25, 2026, 7:00 am PST")
