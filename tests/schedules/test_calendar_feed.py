"""The address for calendar programs: who can read what with it, and what stands in it."""

from datetime import date, time
from typing import Any

import icalendar
import pytest
from sqlalchemy import select

from marketplace.accounts.models import Membership, Person
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import AssignmentState
from marketplace.db import as_system, session
from marketplace.needs.models import CalendarLink
from tests.browser import Visitor
from tests.coverage.test_need_pages import seat
from tests.world import NOW, World


def address(client: Visitor, button: str = "Make my calendar address") -> str:
    client.get("/schedule/subscription").press(button)
    return client.page.all("input", id="calendar-address")[0].attributes["value"].split("//", 1)[1].split("/", 1)[1]


def events(client: Visitor, path: str) -> list[Any]:
    response = client.client.get(f"/{path}")
    assert response.status_code == 200
    assert response.mimetype == "text/calendar"
    calendar = icalendar.Calendar.from_ical(response.get_data())
    assert calendar["version"] == "2.0"
    return list(calendar.walk("VEVENT"))


def test_a_coordinators_calendar_has_their_shifts_as_utc_with_stable_names(
    client: Visitor, world: World, visitors: Any
) -> None:
    booking = seat(world.shift(day=date(2026, 11, 25), notes="Use queue 3."), world.maya)
    seat(world.shift(day=date(2026, 11, 26)), world.jonas)
    session.commit()
    path = address(client.sign_in("maya"))
    stranger = visitors("lars")
    stranger.client.delete_cookie("session")
    (event,) = events(stranger, path)
    text = event.to_ical().decode()
    assert "DTSTART:20261125T150000Z" in text
    assert "DTEND:20261125T230000Z" in text
    assert str(event["summary"]) == "Prior-Authorization · Harbor Family Medicine"
    assert str(event["uid"]).startswith(f"assignment-{booking.id}@")
    assert str(event["status"]) == "CONFIRMED"
    assert "queue" not in text  # nothing that people wrote leaves the house


def test_a_cancelled_shift_is_cancelled_in_the_calendar_too(client: Visitor, world: World) -> None:
    booking = seat(world.shift(day=date(2026, 11, 25)), world.maya)
    session.commit()
    path = address(client.sign_in("maya"))
    (before,) = events(client, path)
    World()
    kept = session.get_one(Assignment, booking.id)
    kept.state, kept.cancelled_at = AssignmentState.CANCELLED, NOW
    session.commit()
    (after,) = events(client, path)
    assert str(after["status"]) == "CANCELLED"
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]


def test_a_facilitys_calendar_has_who_comes_and_what_is_open(client: Visitor, world: World) -> None:
    seat(world.shift(day=date(2026, 11, 25), headcount=2), world.maya)
    world.need(world.riverside)
    session.commit()
    (event,) = events(client, address(client.sign_in("rosa")))
    assert str(event["summary"]) == "Prior-Authorization: Maya Torres, 1 open"
    assert str(event["status"]) == "TENTATIVE"
    session.commit()
    assert len(events(client, address(client.sign_in("sam")))) == 2


def test_a_night_in_the_calendar_has_its_real_hours(client: Visitor, world: World) -> None:
    seat(world.shift(world.riverside, day=date(2027, 3, 13), start=time(22), end=time(6)), world.jonas)
    session.commit()
    (event,) = events(client, address(client.sign_in("jonas")))
    assert (event.end - event.start).total_seconds() == 7 * 3600


def test_a_new_address_ends_the_old_one(client: Visitor, world: World) -> None:
    old = address(client.sign_in("maya"))
    new = address(client, "Make a new address")
    assert old != new
    assert client.client.get(f"/{old}").status_code == 404
    assert events(client, new) == []
    client.get("/schedule/subscription").press("End it").sees("The calendar address no longer works.")
    assert client.client.get(f"/{new}").status_code == 404


def test_only_a_hash_and_a_sealed_copy_of_the_address_are_kept(client: Visitor, world: World) -> None:
    token = address(client.sign_in("maya")).removeprefix("calendar/").removesuffix(".ics")
    with as_system():
        link = session.scalars(select(CalendarLink)).one()
    assert token.encode() not in link.token_hash + link.sealed_token


@pytest.mark.parametrize("ends", ["membership", "person"])
def test_who_has_left_reads_nothing_any_more(client: Visitor, world: World, ends: str) -> None:
    path = address(client.sign_in("tom"))
    World()
    tom = session.scalars(select(Person).where(Person.email == "tom@harbor.example")).one()
    if ends == "person":
        tom.active = False
    else:
        session.scalars(select(Membership).where(Membership.person_id == tom.id)).one().active = False
    session.commit()
    assert client.client.get(f"/{path}").status_code == 404


@pytest.mark.parametrize("token", ["x", "0" * 43, "a" * 5000, "%00", "..%2f", "é"])
def test_a_guessed_address_opens_nothing(client: Visitor, world: World, token: str) -> None:
    assert client.client.get(f"/calendar/{token}.ics").status_code == 404


def test_a_calendar_that_has_not_changed_is_not_sent_again(client: Visitor, world: World) -> None:
    seat(world.shift(day=date(2026, 11, 25)), world.maya)
    session.commit()
    path = address(client.sign_in("maya"))
    first = client.client.get(f"/{path}")
    again = client.client.get(f"/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
