"""The schedule page: the week of a facility, of the agency and of a coordinator."""

from datetime import date, time

import pytest
from sqlalchemy import select

from marketplace.assignments.rules import AssignmentState
from marketplace.db import session
from marketplace.needs.models import Shift
from marketplace.needs.rules import NeedState
from tests.browser import Visitor
from tests.coverage.test_need_pages import ask, seat
from tests.world import World


def test_a_facilitys_week_has_its_roles_people_and_open_seats(client: Visitor, world: World) -> None:
    seat(world.shift(day=date(2026, 11, 25)), world.maya)
    ask(world.shift(line="triage", day=date(2026, 11, 26)), world.devon)
    world.need(line="triage", day=date(2026, 11, 27), headcount=2)
    world.need(world.riverside, day=date(2026, 11, 27))
    session.commit()
    client.sign_in("rosa").get("/schedule")
    assert client.heading == "Nov 23 – 29, 2026"
    client.sees(
        "3 shifts · 1 of 4 seats filled · CST",
        "Confirmed 1",
        "Waiting 1",
        "Open 2",
        "Maya Torres",
        "Devon Blake",
        "2 seats open",
    )
    client.sees("1 of 1", "0 of 1", "0 of 2")
    cells = [n for n in client.page.all("a") if n.attributes.get("aria-label") == "Post Telephone Triage on Nov 28"]
    assert cells[0].attributes["href"] == "/needs/new?line=triage&day=2026-11-28"


def test_an_empty_cell_of_a_day_gone_by_leads_nowhere(client: Visitor, world: World) -> None:
    world.need(day=date(2026, 11, 25))
    session.commit()
    labels = [n.attributes.get("aria-label", "") for n in client.sign_in("rosa").get("/schedule").page.all("a")]
    assert "Post Prior-Authorization on Nov 24" in labels
    assert "Post Prior-Authorization on Nov 23" not in labels


def test_who_may_not_post_sees_no_empty_cells_to_press(client: Visitor, world: World) -> None:
    world.need(day=date(2026, 11, 25))
    session.commit()
    client.sign_in("nadia").get("/schedule").sees("Prior-Authorization")
    assert "/needs/new" not in client.html


def test_weeks_are_turned_over_and_today_leads_back(client: Visitor, world: World) -> None:
    client.sign_in("rosa").get("/schedule").follow("Next week")
    assert client.heading == "Nov 30 – Dec 6, 2026"
    client.follow("Previous week").follow("Previous week")
    assert client.heading == "Nov 16 – 22, 2026"
    client.follow("Today")
    assert client.heading == "Nov 23 – 29, 2026"


@pytest.mark.parametrize(
    "query",
    ["week=2099-12-31", "week=2000-01-01", "week=0001-01-01", "week=nonsense", "view=x", "facility=999999999999999999"],
)
def test_a_week_that_cannot_be_is_answered_all_the_same(client: Visitor, world: World, query: str) -> None:
    for who in ("rosa", "sam", "maya"):
        assert client.sign_in(who).get(f"/schedule?{query}").status == 200


def test_a_shift_on_hold_is_not_counted_as_open(client: Visitor, world: World) -> None:
    world.need(day=date(2026, 11, 27), state=NeedState.ON_HOLD)
    session.commit()
    client.sign_in("rosa").get("/schedule").sees("Open 0", "On hold")


def test_an_overnight_shift_stands_on_the_day_it_begins(client: Visitor, world: World) -> None:
    world.need(day=date(2026, 11, 29), start=time(22), end=time(6))
    session.commit()
    client.sign_in("rosa").get("/schedule").sees("10pm – 6am")
    assert "10pm" not in client.follow("Next week").text


def test_the_agency_sees_all_facilities_or_one(client: Visitor, world: World) -> None:
    for number in range(6):
        world.need(day=date(2026, 11, 25), start=time(8 + number))
    world.need(world.riverside, "triage", day=date(2026, 11, 26))
    session.commit()
    riverside = world.riverside.id
    client.sign_in("sam").get("/schedule").sees(
        "Harbor Family Medicine", "Riverside Medical Center", "3 more", "times local to each site"
    )
    client.get(f"/schedule?facility={riverside}").sees("1 shift ·", "EST", "Telephone Triage")
    client.sees("Open 1")
    links = [
        n.attributes["href"]
        for n in client.page.all("a")
        if n.attributes.get("aria-label", "").startswith("Post Telephone")
    ]
    assert all(f"facility={riverside}" in link for link in links)
    assert links


def test_a_coordinator_sees_their_own_week_in_both_zones(client: Visitor, world: World) -> None:
    seat(world.shift(day=date(2026, 11, 25)), world.maya)
    seat(world.shift(day=date(2026, 11, 26)), world.jonas)
    ask(world.shift(line="medical-billing", day=date(2026, 11, 27)), world.maya)
    gone = seat(world.shift(day=date(2026, 11, 28)), world.maya)
    gone.state = AssignmentState.CANCELLED
    session.commit()
    client.sign_in("maya").get("/schedule")
    client.sees(
        "1 shift · 8 h", "Wed, Nov 25, 9:00 am – 5:00 pm CST", "Your time: 7:00 am – 3:00 pm PST", "Waiting for reply 1"
    )
    assert "Nov 26" not in client.page.all("main")[0].text.replace("Nov 23 – 29", "")
    client.get("/schedule?view=grid").sees("7am – 3pm")


def test_a_night_from_last_week_stands_on_their_monday(client: Visitor, world: World) -> None:
    seat(world.shift(day=date(2026, 11, 22), start=time(22), end=time(6)), world.jonas)
    session.commit()
    client.sign_in("jonas").get("/schedule").sees("Monday, November 23", "10:00 pm – 6:00 am CST (+1)")


@pytest.mark.parametrize("view", ["roster", "grid", "agenda"])
def test_a_full_week_asks_the_database_little(client: Visitor, world: World, statements: list[str], view: str) -> None:
    for number in range(7):
        for line in ("prior-auth", "triage", "medical-scribe"):
            world.need(line=line, day=date(2026, 11, 23 + number), headcount=3)
    for shift in session.scalars(select(Shift).where(Shift.service_line == "prior-auth")):
        seat(shift, world.maya)
    session.commit()
    for who in ("rosa", "sam", "maya"):
        client.sign_in(who)
        statements.clear()
        assert client.get(f"/schedule?view={view}").status == 200
        assert len(statements) <= 15, statements
