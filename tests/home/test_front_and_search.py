"""The front door, the figures beside the ways, and search: it finds what a person may see, and nothing else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text, update

from marketplace.accounts.models import Person
from marketplace.billing.invoicing import issue
from marketplace.booking import offers
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.coordinators.queries import named
from marketplace.db import bind_actor, session
from marketplace.home.badge_counts import badge_counts
from marketplace.messaging.models import Notice
from marketplace.needs.models import Shift
from marketplace.reports.texts import greeting
from marketplace.search.searching import day_meant, search
from tests.timesheets.hours import booked, handed_in, worked_line
from tests.worked import approved
from tests.world import NOW, TODAY

LAST_MONDAY = date(2026, 11, 16)


# ---- the front door ---------------------------------------------------------------------------------------------


def test_a_visitor_finds_the_service_lines_and_the_ways_in(client):
    client.get("/").sees(
        "The right coordinator for every shift", "Telephone Triage", "Remote Medical Scribe", "Join as a facility"
    )
    assert client.status == 200


@pytest.mark.parametrize(
    ("who", "address"), [("rosa", "/overview"), ("lars", "/overview"), ("ada", "/overview"), ("maya", "/offers")]
)
def test_whoever_is_signed_in_goes_to_their_own_first_page(world, visitors, who, address):
    visitor = visitors(who).get("/")
    assert (visitor.path, visitor.status) == (address, 200)


def test_a_coordinator_in_onboarding_is_led_to_her_tasks(world, visitors):
    session.execute(
        update(Coordinator).where(Coordinator.id == world.maya.id).values(state=CoordinatorState.ONBOARDING)
    )
    session.commit()
    assert visitors("maya").get("/").path == "/getting-started"


def test_the_status_page_tells_a_missing_worker_and_a_present_one(client, session):
    missing = client.get("/status")
    assert missing.status == 503
    missing.sees("Not everything works", "Nothing is lost")
    session.execute(text("RESET ROLE"))
    session.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())"))
    session.commit()
    present = client.get("/status")
    assert present.status == 200
    present.sees("Everything works")


def test_the_style_guide_is_not_on_a_site_that_works_for_real(client, app):
    assert client.get("/styleguide").status == 200
    app.testing = False
    try:
        assert client.get("/styleguide").status == 404
    finally:
        app.testing = True


def test_more_lists_every_way_with_what_waits(world, visitors):
    handed_in([worked_line(world, world.maya, LAST_MONDAY)], NOW)
    session.commit()
    rosa = visitors("rosa").get("/more")
    assert [node.text for node in rosa.page.all("a") if node.text == "Timesheets"]
    rosa.sees("Timesheets 1")


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        (4, "evening"),
        (5, "morning"),
        (11, "morning"),
        (12, "afternoon"),
        (16, "afternoon"),
        (17, "evening"),
        (23, "evening"),
    ],
)
def test_people_are_greeted_by_the_clock_on_their_wall(app, hour, said):
    with app.test_request_context():
        assert greeting("Rosa Chen", hour) == f"Good {said}, Rosa"


# ---- beside the ways --------------------------------------------------------------------------------------------


def test_hours_to_approve_stand_beside_timesheets_for_those_who_approve(world, statements):
    handed_in([worked_line(world, world.maya, LAST_MONDAY)], NOW)
    statements.clear()
    assert badge_counts(world.rosa, NOW).counts["timesheets"] == 1
    assert len([each for each in statements if each.startswith("SELECT (SELECT")]) == 1
    assert badge_counts(world.lars, NOW).counts["timesheets"] == 0


def test_offers_stand_beside_offers_until_they_run_out(world):
    offer = offers.send_offer(world.shift(), world.maya, world.rosa, NOW)
    assert badge_counts(world.maya.person, NOW).counts == {"offers": 1}
    assert badge_counts(world.jonas.person, NOW).counts == {"offers": 0}
    assert badge_counts(world.maya.person, offer.expires_at).counts == {"offers": 0}


def test_the_bell_counts_ones_own_unread_notices(world, visitors):
    for who, read in ((world.rosa, None), (world.rosa, NOW), (world.lars, None)):
        session.add(Notice(person_id=who.id, kind="x", sentence="Look.", address="/", read_at=read))
    session.commit()
    assert badge_counts(world.rosa, NOW).unread == 1
    visitors("rosa").get("/more").sees("Notifications 1")


# ---- search -----------------------------------------------------------------------------------------------------


@pytest.fixture
def known(world):
    """A booking at Harbor, a need with a reference at each facility, an invoice each."""
    booked(world, world.maya, date(2026, 11, 30))
    world.need(external_ref="REQ-1042", day=date(2026, 12, 3))
    world.need(world.riverside, line="medical-scribe", external_ref="REQ-2077", day=date(2026, 11, 30))
    approved(world, world.jonas, world.harbor, LAST_MONDAY)
    approved(world, world.aisha, world.riverside, LAST_MONDAY, line="medical-scribe")
    issue(date(2026, 11, 22), world.felix, NOW)
    session.commit()
    return world


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("11/30", date(2026, 11, 30)),
        ("11/30/2025", date(2025, 11, 30)),
        ("Nov 30", date(2026, 11, 30)),
        ("30 nov", date(2026, 11, 30)),
        ("30 de noviembre de 2026", date(2026, 11, 30)),
        ("Jan 4", date(2027, 1, 4)),
        ("tomorrow", date(2026, 11, 25)),
        ("mañana", date(2026, 11, 25)),
        ("Feb 30", None),
        ("13/45", None),
        ("Nov", None),
        ("٣/٤", None),
        ("0000-00-00", None),
    ],
)
def test_days_are_understood_as_people_type_them(typed, meant):
    assert day_meant(typed, TODAY) == meant


def test_the_agency_finds_people_places_needs_invoices_and_shifts(known):
    ada = known.ada
    assert [one.name for one in search(ada, "maya", TODAY).people] == ["Maya Torres"]
    assert [one.name.split()[0] for one in search(ada, "SOFIA", TODAY).people] == ["Sofía"]
    assert [one.name for one in search(ada, "river", TODAY).facilities] == ["Riverside Medical Center"]
    assert [one.external_ref for one in search(ada, "req-", TODAY).needs] == ["REQ-2077", "REQ-1042"]
    assert {one.number for one in search(ada, "INV-2026", TODAY).invoices} == {"INV-2026-00001", "INV-2026-00002"}
    assert len(search(ada, "Nov 30", TODAY).shifts) == 2


def test_names_that_begin_with_the_words_come_first(known):
    names = [one.name for one in search(known.ada, "ma", TODAY).people]
    assert (names[0], "Aisha Rahman" in names) == ("Maya Torres", True)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Nguyễn Thị", "nguyen thi"),
        ("Łukasz Wójcik", "lukasz wojcik"),
        ("ŞAHİN Işık", "sahin isik"),
        ("Åsa Sørensen", "asa sorensen"),
        ("Ægir Strauß", "aegir strauss"),
        ("Ana O’Neil", "o`neil"),
        ("Ana O`Neil", "O’NEIL"),
        ("Jean–Luc", "jean-luc"),
        ("ЙОСИФ", "йосиф"),
        ("Ελένη", "ελενη"),
        ("王伟", "王"),
        ("محمد", "محمد"),
        ("สมชาย", "สมชาย"),
    ],
)
def test_names_are_found_whatever_their_accents_quotes_and_hyphens(world, name, typed):
    session.execute(update(Person).where(Person.id == world.maya.person_id).values(name=name))
    session.commit()
    for words in (typed, name, name.upper()):
        assert [one.id for one in search(world.ada, words, TODAY).people] == [world.maya.id], words
    assert [one.id for one in named(world.ada, typed, 5)] == [world.maya.id], "the lists read names the same way"


def test_a_need_has_the_state_in_search_that_its_list_shows(known, visitors):
    """Its days are over."""
    ended = known.need(external_ref="REQ-0900", day=date(2026, 12, 2))
    session.execute(
        update(Shift)
        .where(Shift.need_id == ended.id)
        .values(local_day=LAST_MONDAY, starts_at=NOW - timedelta(days=3), ends_at=NOW - timedelta(days=2))
    )
    session.commit()
    for address in ("/search?q=REQ-0900", "/needs?q=REQ-0900"):
        page = visitors("ada").get(address).page
        rows = [node.text for node in (*page.all("li"), *page.all("tr"))]
        assert any("REQ-0900" in row and "Ended" in row for row in rows), address


def test_a_facility_finds_its_own_and_nobody_elses(known):
    rosa = known.rosa
    bind_actor(rosa.actor)
    assert [one.name for one in search(rosa, "maya", TODAY).people] == ["Maya Torres"]
    assert search(rosa, "aisha", TODAY).people == [], "never booked here"
    assert search(rosa, "river", TODAY).total == 0
    assert [one.external_ref for one in search(rosa, "REQ", TODAY).needs] == ["REQ-1042"]
    assert len(search(rosa, "INV", TODAY).invoices) == 1
    assert {one.facility_id for one in search(rosa, "11/30", TODAY).shifts} == {rosa.facility_id}


def test_a_coordinator_finds_her_own_shifts_by_day_place_and_work(known):
    maya = known.maya.person
    bind_actor(maya.actor)
    for words in ("Nov 30", "harbor", "prior"):
        assert [one.coordinator_id for one in search(maya, words, TODAY).bookings] == [maya.coordinator_id], words
    found = search(maya, "riverside", TODAY)
    assert found.total == 0
    assert search(maya, "INV", TODAY).total == 0
    assert search(maya, "REQ", TODAY).total == 0


def test_who_may_not_open_invoices_does_not_find_them(known):
    tom = known.tom
    assert search(tom, "INV", TODAY).invoices == []
    assert search(tom, "REQ-1042", TODAY).needs


def test_signs_that_mean_something_to_the_database_mean_themselves(known):
    for words in ("%%", "__", "\\", "'; drop table need; --", "%a%"):
        assert search(known.ada, words, TODAY).total == 0, words


def test_the_page_groups_results_leads_on_and_is_walked_by_keys(known, visitors, statements):
    ada = visitors("ada")
    ada.get("/search").sees("Type a name")
    ada.press("Search", q="maya").sees("1 result for “maya”", "People", "Maya Torres")
    row = next(node for node in ada.page.walk() if node.attributes.get("id") == "people-1")
    assert row.attributes["tabindex"] == "-1"
    assert [node.text for node in row.walk() if node.attributes.get("data-key") == "Enter"] == ["Maya Torres"]
    assert ada.follow("Maya Torres").status == 200
    statements.clear()
    ada.get("/search?q=Nov+30").sees("Shifts on Nov 30, 2026")
    assert len([each for each in statements if not each.startswith("SET CONSTRAINTS")]) <= 15
    ada.get("/search?q=harbor").sees("Facilities", "Harbor Family Medicine", "Invoices")
    ada.get("/search?q=zzzz").sees("Nothing found among what you may see.")


def test_rosa_reaches_what_she_found(known, visitors):
    rosa = visitors("rosa").get("/search?q=REQ-1042")
    assert rosa.follow("Prior-Authorization").status == 200
    assert rosa.get("/search?q=Maya").follow("Maya Torres").status == 200
    assert rosa.get("/search?q=INV").follow("INV-2026").status == 200


@pytest.mark.parametrize(
    "words", ["", " ", "a", "%00", "%0a%09", "x" * 20_000, "%F0%9F%92%89", "#999999999999999999999", "1" * 79]
)
def test_nothing_typed_into_search_breaks_it(known, visitors, words):
    for who in ("ada", "rosa", "maya"):
        assert visitors(who).get(f"/search?q={words}").status == 200


def test_long_words_are_cut_and_the_page_says_so(known, visitors):
    visitors("ada").get("/search?q=" + "x" * 200).sees("Only the first 80 characters")


def test_a_visitor_signs_in_before_searching(client):
    assert client.get("/search?q=maya").path.startswith("/sign-in")
