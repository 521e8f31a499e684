"""When a coordinator is free: the week in a few taps, days off in two; bookings stay and are listed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import AssignmentState
from marketplace.booking.booking import book
from marketplace.coordinators.availability import set_hours, take_off, week_of
from marketplace.coordinators.models import AvailabilityWindow, TimeOff
from marketplace.coordinators.rules import WeeklyHours
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import Invalid, clock
from marketplace.schedules.availability_conflicts import availability_conflicts
from tests.world import NOW


@pytest.fixture
def maya_id(world):
    return world.maya.id


@pytest.fixture
def maya(maya_id, visitors):
    return visitors("maya")


def week(key):
    bind_actor(SYSTEM)
    return week_of(key)


def test_a_week_is_set_with_days_from_to_and_save(maya, maya_id):
    maya.get("/me/availability").press(
        "Save", within="hours", days=["0", "1", "2", "3", "4"], start="09:00", end="17:00"
    )
    maya.sees("Your week: Mon – Fri 9:00 am – 5:00 pm.")
    assert week(maya_id) == tuple(WeeklyHours(day, 540, 1020) for day in range(5))


def test_the_days_not_chosen_stay_as_they_were(maya, maya_id):
    maya.get("/me/availability").press("Save", within="hours", days=["5"], start="10:00", end="12:00")
    assert week(maya_id) == (*(WeeklyHours(day, 300, 1080) for day in range(5)), WeeklyHours(5, 600, 720))


def test_hours_may_run_overnight(maya, maya_id):
    maya.get("/me/availability").press("Save", within="hours", days=["4"], start="18:00", end="06:00")
    maya.sees("6:00 pm – 6:00 am (next day)")
    assert WeeklyHours(4, 1080, 1800) in week(maya_id)


def test_hours_overnight_are_read_in_spanish(maya, world):
    maya.get("/me/availability").press("Save", within="hours", days=["4"], start="18:00", end="06:00")
    bind_actor(SYSTEM)
    world.maya.person.locale = "es"
    session.commit()
    maya.get("/me/availability").sees("(día siguiente)")


def test_a_second_stretch_stands_beside_the_first(maya, maya_id):
    maya.get("/me/availability").press("Add", days=["0"], start="20:00", end="22:00")
    assert [one for one in week(maya_id) if one.weekday == 0] == [WeeklyHours(0, 300, 1080), WeeklyHours(0, 1200, 1320)]


def test_one_day_is_copied_to_the_weekdays_and_another_cleared(maya, maya_id):
    maya.get("/me/availability").press("Save", within="hours", days=["5"], start="10:00", end="12:00")
    maya.press("Copy Saturday")
    assert week(maya_id) == tuple(WeeklyHours(day, 600, 720) for day in range(6))
    maya.press("Clear Saturday")
    assert week(maya_id) == tuple(WeeklyHours(day, 600, 720) for day in range(5))


def test_a_change_is_taken_back_with_one_tap(maya, maya_id):
    before = week(maya_id)
    maya.get("/me/availability").press("Clear Monday")
    assert week(maya_id) != before
    maya.press("Undo")
    assert week(maya_id) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"days": [], "start": "09:00", "end": "17:00"},
        {"days": ["7"], "start": "09:00", "end": "17:00"},
        {"days": ["0"], "start": "25:00", "end": "17:00"},
        {"days": ["0"], "start": "", "end": "17:00"},
        {"days": ["0"], "start": "09:00", "end": "5pm"},
        {"days": ["\x00"], "start": "09:00", "end": "17:00"},
    ],
)
def test_what_cannot_be_read_is_said_and_the_week_stays(maya, maya_id, fields):
    before = week(maya_id)
    maya.get("/me/availability")
    maya.post("/me/availability/hours", fields)
    assert maya.status == 422
    assert week(maya_id) == before


@pytest.mark.parametrize("path", ["/me/availability/days/7/clearing", "/me/availability/days/9/copies"])
def test_a_week_has_seven_days(maya, path):
    maya.get("/me/availability")
    maya.post(path)
    assert maya.status == 404


def test_a_day_without_hours_is_not_copied(maya, maya_id):
    maya.get("/me/availability")
    maya.post("/me/availability/days/6/copies")
    assert maya.status == 422


def test_a_week_that_was_tampered_with_is_refused(maya, maya_id):
    before = week(maya_id)
    maya.get("/me/availability")
    maya.post("/me/availability/week", {"week": "always, please"})
    assert maya.status == 422
    assert week(maya_id) == before


def test_a_booked_shift_outside_the_new_hours_stays_booked_and_is_named(maya, world, maya_id):
    bind_actor(SYSTEM)
    booked = book(world.shift(), world.maya, by=world.rosa, at=NOW).id
    maya.get("/me/availability")
    assert "stays booked" not in maya.text
    maya.press("Clear Monday").sees(
        "1 booked shift lies outside and stays booked.", "Prior-Authorization, Harbor Family Medicine", "Mon, Nov 30"
    )
    bind_actor(SYSTEM)
    session.expire_all()
    assert session.get_one(Assignment, booked).state is AssignmentState.BOOKED


def test_a_day_off_takes_two_taps(maya, maya_id):
    maya.get("/me/availability").press("Save day off", first="2026-12-24").sees("Off: Thu, Dec 24.", "Thu, Dec 24")
    bind_actor(SYSTEM)
    off = session.scalars(select(TimeOff).where(TimeOff.coordinator_id == maya_id)).one()
    assert (off.starts_at, off.ends_at) == (
        datetime(2026, 12, 24, 8, tzinfo=UTC), datetime(2026, 12, 25, 8, tzinfo=UTC),
    )  # fmt: skip


def test_a_day_off_on_which_something_is_booked_says_so(maya, world):
    bind_actor(SYSTEM)
    book(world.shift(), world.maya, by=world.rosa, at=NOW)
    maya.get("/me/availability").press("Save day off", first="2026-11-30")
    maya.sees("1 shift is booked then and stays booked: cancel it if you cannot work.", "Day off")


def test_time_off_is_removed_and_taken_again_by_undo(maya, maya_id):
    maya.get("/me/availability").press("Save day off", first="2026-12-24", last="2026-12-26", note="Family")
    maya.sees("Thu, Dec 24 – Sat, Dec 26", "Family")
    maya.press("Remove").sees("No longer off: Thu, Dec 24 – Sat, Dec 26.")
    maya.press("Undo").sees("Off: Thu, Dec 24 – Sat, Dec 26.")
    bind_actor(SYSTEM)
    assert session.scalars(select(TimeOff.note).where(TimeOff.coordinator_id == maya_id)).all() == ["Family"]


@pytest.mark.parametrize(
    "fields",
    [
        {"first": ""},
        {"first": "2026-02-30"},
        {"first": "2026-11-23"},
        {"first": "0001-01-01"},
        {"first": "9999-12-31"},
        {"first": "2029-01-01"},
        {"first": "2026-12-24", "last": "2026-12-23"},
        {"first": "2026-12-01", "last": "2027-12-02"},
        {"first": "2026-12-24", "note": "x" * 20_000},
        {"first": "2026-12-24", "note": "SSN 078-05-1120"},
    ],
)
def test_days_off_that_cannot_be_are_refused_with_a_sentence(maya, maya_id, fields):
    maya.get("/me/availability")
    maya.post("/me/availability/time-off", fields)
    assert maya.status == 422
    assert maya.page.all("p", class_="field-error") or [
        n for n in maya.page.walk() if n.attributes.get("class") == "field-error"
    ]
    bind_actor(SYSTEM)
    assert session.scalar(select(func.count()).select_from(TimeOff).where(TimeOff.coordinator_id == maya_id)) == 0


def test_the_same_day_is_not_taken_off_twice(maya):
    maya.get("/me/availability").press("Save day off", first="2026-12-24")
    maya.press("Save day off", first="2026-12-24")
    assert maya.status == 422
    maya.sees("You have that off already.")


def test_somebody_elses_time_off_does_not_exist(maya, world):
    bind_actor(SYSTEM)
    off = take_off(world.jonas, date(2026, 12, 24), None, "", world.jonas.person, NOW).id
    maya.get("/me/availability")
    maya.post(f"/me/availability/time-off/{off}/removal")
    assert maya.status == 404


def test_a_day_off_lasts_as_long_as_that_day_does(world):
    maya = world.maya
    with clock.frozen_at(datetime(2026, 10, 1, tzinfo=UTC)):
        off = take_off(maya, date(2026, 11, 1), None, "", maya.person, clock.now())
    assert off.ends_at - off.starts_at == timedelta(hours=25)


def test_an_overnight_week_covers_an_overnight_shift(world):
    bind_actor(SYSTEM)
    maya = world.maya
    booked = book(world.shift(start=time(9), end=time(13)), maya, by=world.rosa, at=NOW)
    session.flush()
    # 9 am to 1 pm in Chicago is 7 am to 11 am in Los Angeles.
    night = [WeeklyHours(6, 22 * 60, 36 * 60)]
    assert availability_conflicts(maya.id, night, [], maya.time_zone, NOW) == []
    short = [WeeklyHours(6, 22 * 60, 34 * 60)]
    assert [one.assignment.id for one in availability_conflicts(maya.id, short, [], maya.time_zone, NOW)] == [booked.id]


def test_no_days_are_no_hours(world):
    with pytest.raises(Invalid, match="at least one day"):
        set_hours(world.maya, [], time(9), time(17), world.maya.person)


def test_a_week_is_kept_as_rows_and_nothing_is_left_over(world):
    maya = world.maya
    for _ in range(2):
        set_hours(maya, range(7), time(0), time(0), maya.person)
    assert (
        session.scalar(
            select(func.count()).select_from(AvailabilityWindow).where(AvailabilityWindow.coordinator_id == maya.id)
        )
        == 7
    )
