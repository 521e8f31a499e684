"""A facility's own settings: its facts, confirmed by saving them, and its sites."""

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditEntry
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.facilities.models import Facility, FacilityState, Site
from tests.world import NOW


@pytest.fixture
def harbor_id(world):
    return world.harbor.id


@pytest.fixture
def riverside_site(world):
    return world.riverside.sites[0].id


@pytest.fixture
def rosa(harbor_id, riverside_site, visitors):
    return visitors("rosa")


def harbor(key):
    bind_actor(SYSTEM)
    session.expire_all()
    return session.get_one(Facility, key)


def sites(key):
    bind_actor(SYSTEM)
    session.expire_all()
    return {site.name: site for site in session.scalars(select(Site).where(Site.facility_id == key))}


def test_rosa_changes_and_confirms_her_facilitys_facts(rosa, harbor_id):
    harbor(harbor_id).facts_confirmed_at = None
    session.commit()
    rosa.get("/settings").press("Save", city="Evanston", monthly_budget_cents="25,000")
    found = harbor(harbor_id)
    assert (found.city, found.facts_confirmed_at) == ("Evanston", NOW)
    rosa.get("/settings").press("Save").sees("Nothing was different; the facts are confirmed.")


def test_name_npi_and_state_cannot_be_smuggled_in(rosa, harbor_id):
    rosa.get("/settings")
    forged = {"name": "Free Clinic", "npi": "1234567893", "state": "paused", "id": "3"}
    form = {
        n.attributes["name"]: n.attributes.get("value", "") for n in rosa.page.all("input") if "name" in n.attributes
    }
    rosa.post(
        "/settings",
        {
            **form,
            "kind": "hospital",
            "time_zone": "America/Chicago",
            "region": "IL",
            "payer_mix": ["commercial"],
            **forged,
        },
    )
    found = harbor(harbor_id)
    assert found.kind == "hospital"
    assert (found.name, found.npi, found.state) == (
        "Harbor Family Medicine", "1043000003", FacilityState.ACTIVE,
    )  # fmt: skip


def test_a_stale_form_is_refused(rosa, visitors, harbor_id):
    ada = visitors("ada")
    rosa.get("/settings")
    ada.get(f"/facilities/{harbor_id}/edit").press("Save", city="Gary")
    rosa.press("Save", city="Evanston")
    assert rosa.status == 409
    assert harbor(harbor_id).city == "Gary"


def test_a_site_is_added_changed_closed_and_opened_again(rosa, harbor_id):
    rosa.get("/settings").follow("Add a site").press(
        "Add this site", name="Lakeside", time_zone="America/New_York", monthly_budget_cents="1,500.00"
    )
    rosa.sees("Site Lakeside is added", "$1,500.00 a month", "New York")
    rosa.follow("Lakeside").press("Save", city="Erie").sees("Saved.")
    assert sites(harbor_id)["Lakeside"].city == "Erie"
    button = [b for b in rosa.get("/settings").page.all("button") if b.text == "Close Lakeside"]
    assert button
    rosa.press("Close Lakeside").sees("Site Lakeside is closed.")
    assert not sites(harbor_id)["Lakeside"].active
    rosa.get("/settings").press("Open again").sees("is open again")
    bind_actor(SYSTEM)
    assert session.scalars(select(AuditEntry.act).where(AuditEntry.thing == "site").order_by(AuditEntry.id)).all() == [
        "open", "change", "close", "reopen",
    ]  # fmt: skip


def test_the_only_open_site_stays_open(rosa, harbor_id):
    main = sites(harbor_id)["Main"].id
    assert not [b for b in rosa.get("/settings").page.all("button") if b.text.startswith("Close Main")]
    rosa.post(f"/settings/sites/{main}/closing")
    assert rosa.status == 409
    assert "only open site" in rosa.text
    assert sites(harbor_id)["Main"].active


def test_two_sites_do_not_share_a_name(rosa):
    rosa.get("/settings/sites/new").press("Add this site", name="main")
    assert rosa.status == 422
    rosa.sees("Another site has this name.")


def test_a_site_opened_by_two_people_is_saved_once(rosa, visitors, harbor_id):
    main = sites(harbor_id)["Main"].id
    again = visitors("rosa").get(f"/settings/sites/{main}")
    rosa.get(f"/settings/sites/{main}").press("Save", city="Erie")
    again.press("Save", city="Gary")
    assert again.status == 409
    assert sites(harbor_id)["Main"].city == "Erie"


@pytest.mark.parametrize("tail", ["", "/closing", "/reopening"])
def test_the_sites_of_another_facility_do_not_exist(rosa, riverside_site, tail):
    rosa.get("/settings")
    if tail:
        rosa.post(f"/settings/sites/{riverside_site}{tail}")
    else:
        rosa.get(f"/settings/sites/{riverside_site}")
    assert rosa.status == 404


@pytest.mark.parametrize("who", ["tom", "nadia", "bea", "maya", "ada"])
def test_settings_are_the_owners(visitors, who):
    assert visitors(who).get("/settings").status == 403


@pytest.mark.parametrize("path", ["/settings", "/settings/sites/new"])
def test_each_page_asks_the_database_at_most_fifteen_times(rosa, statements, path):
    rosa.get(path)
    statements.clear()
    assert rosa.get(path).status == 200
    assert len([s for s in statements if not s.startswith("SET CONSTRAINTS")]) <= 15
