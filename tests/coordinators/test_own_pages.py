"""A coordinator's own page: their profile, on a phone."""

import pytest

from marketplace.coordinators.models import CoordinatorState
from marketplace.db import SYSTEM, bind_actor, session
from tests.coordinators.loading import coordinator_with_email
from tests.world import NOW


@pytest.fixture
def maya(world, visitors):
    return visitors("maya")


def own_row():
    bind_actor(SYSTEM)
    session.expire_all()
    return coordinator_with_email("maya@people.example")


def test_the_own_page_leads_to_everything_of_the_coordinator(maya):
    maya.get("/me")
    assert maya.heading == "Maya Torres"
    maya.sees("Mon – Fri 5:00 am – 6:00 pm", "$22.00/h", "40 h", "8 h between shifts", "4.9 of 5")
    for way in ("Credentials", "BAA and agreements", "Places", "Calendar link", "Earnings", "Notifications", "Account"):
        assert [link for link in maya.page.all("a") if link.text == way], way


def test_a_coordinator_changes_and_confirms_their_profile(maya):
    maya.get("/me/profile").press("Save", min_pay_cents="25.50", max_week_hours="30", other_systems="Allscripts, Kareo")
    found = own_row()
    assert (found.min_pay_cents, found.max_week_minutes, found.facts_confirmed_at) == (2550, 1800, NOW)
    assert set(found.ehr) == {"Epic", "Cerner", "Allscripts", "Kareo"}
    maya.get("/me/profile").press("Save").sees("Nothing was different; your profile is confirmed.")


def test_what_is_the_agencys_to_say_cannot_be_smuggled_in(maya):
    maya.get("/me/profile")
    fields = {
        "service_lines": ["triage"], "languages": ["en"], "years_experience": "8", "education": "master", "min_pay_cents": "20",
        "max_week_hours": "40", "rest_hours": "8", "time_zone": "America/Chicago",
        "version": maya.page.all("input", name="version")[0].attributes["value"],
    }  # fmt: skip
    forged = {
        "state": "paused", "rating": "5.0", "rating_tenths": "50", "exclusion_hold": "", "country": "MX", "work_state": "TX",
        "name": "Queen", "email": "x@y.example", "person_id": "1", "coordinator_id": "2",
    }  # fmt: skip
    maya.post("/me/profile", {**fields, **forged})
    found = own_row()
    assert found.years_experience == 8
    assert (found.state, str(found.rating), found.country, found.work_state, found.name) == (
        CoordinatorState.ACTIVE, "4.9", "US", "CA", "Maya Torres",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("min_pay_cents", "1E5"),
        ("min_pay_cents", "-1"),
        ("min_pay_cents", "2000"),
        ("max_week_hours", "169"),
        ("max_week_hours", "1_0"),
        ("rest_hours", "٨"),
        ("years_experience", "71"),
        ("education", "doctor"),
        ("languages", []),
        ("service_lines", ["surgery"]),
        ("time_zone", "Mars/Olympus"),
        ("other_systems", "x" * 20_000),
        ("other_systems", "Ep\x00ic"),
    ],
)
def test_what_cannot_be_right_is_said_and_nothing_is_kept(maya, field, value):
    before = own_row().version
    maya.get("/me/profile")
    fields = {
        "service_lines": ["prior-auth"], "languages": ["en"], "years_experience": "8", "education": "master",
        "min_pay_cents": "20", "max_week_hours": "40", "rest_hours": "8", "time_zone": "America/Chicago",
    }  # fmt: skip
    maya.post("/me/profile", {**fields, field: value})
    assert maya.status == 422
    assert [
        n
        for n in maya.page.walk()
        if n.attributes.get("aria-invalid") == "true" or n.attributes.get("class") == "field-error"
    ]
    assert own_row().version == before


def test_a_stale_form_is_refused(maya, visitors):
    other = visitors("maya").get("/me/profile")
    maya.get("/me/profile").press("Save", years_experience="9")
    other.press("Save", years_experience="1")
    assert other.status == 409
    assert own_row().years_experience == 9


@pytest.mark.parametrize("who", ["ada", "rosa"])
@pytest.mark.parametrize("path", ["/me", "/me/profile", "/me/availability", "/me/places"])
def test_own_pages_are_for_their_owner_alone(visitors, who, path):
    assert visitors(who).get(path).status == 403


@pytest.mark.parametrize("path", ["/me", "/me/profile", "/me/availability", "/me/places", "/getting-started"])
def test_each_page_asks_the_database_at_most_fifteen_times(maya, statements, path):
    maya.get(path)
    statements.clear()
    assert maya.get(path).status == 200
    assert len([s for s in statements if not s.startswith("SET CONSTRAINTS")]) <= 15
