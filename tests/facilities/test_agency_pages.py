"""The agency's desk: registering facilities, inviting their owners, finding them again, pausing them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import Invitation, Organisation
from marketplace.audit.models import AuditEntry
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.kernel import clock
from tests.accounts.letters import letters_to, link_to
from tests.world import NOW

CEDAR = {
    "name": "Cedar Clinic", "npi": "1234567893", "kind": "private clinic", "time_zone": "America/Denver", "city": "Boulder",
    "region": "CO", "ehr": "Epic", "payer_mix": ["commercial"], "monthly_budget_cents": "9,000.00",
    "contact_name": "Ana Ruiz", "contact_email": "ana@cedar.example",
}  # fmt: skip


def facility(name="Cedar Clinic"):
    bind_actor(SYSTEM)
    session.expire_all()
    return session.scalars(select(Facility).where(Facility.name == name)).one_or_none()


@pytest.fixture
def ada(visitors):
    return visitors("ada")


def test_a_facility_is_registered_and_its_owner_invited_in_one_go(ada):
    ada.get("/facilities/new").press("Register and invite", **CEDAR)
    assert ada.heading == "Cedar Clinic"
    ada.sees("Ana Ruiz", "ana@cedar.example", "Invited, the link works until", "$9,000.00", "Getting started")
    (letter,) = letters_to("ana@cedar.example")
    assert "Cedar Clinic" in letter.subject
    assert facility().state is FacilityState.ONBOARDING


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("npi", "1234567890", "check digit"),
        ("npi", "1043000003", "registered already"),
        ("name", "", "Fill this in"),
        ("name", "Har\x00bor", "cannot be shown"),
        ("time_zone", "America/Gotham", "Choose one of the list"),
        ("region", "ZZ", "Choose one of the list"),
        ("monthly_budget_cents", "1e9", "amount"),
        ("contact_email", "ana at cedar", "not an e-mail address"),
        ("contact_name", "x" * 20_000, "at most"),
        ("payer_mix", ["barter"], "Choose from the list"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field_and_nothing_is_kept(ada, field, value, sentence):
    ada.get("/facilities/new")
    form = next(node for node in ada.page.all("form") if node.all("input", name="npi"))
    token = form.all("input", name="csrf_token")[0].attributes["value"]
    ada.post("/facilities/new", {**CEDAR, field: value, "csrf_token": token})
    assert ada.status == 422
    assert sentence in ada.page.text
    assert facility() is None
    assert letters_to("ana@cedar.example") == []
    assert (
        session.scalar(select(func.count()).select_from(Organisation).where(Organisation.name == "Cedar Clinic")) == 0
    )


def test_fields_that_do_not_belong_to_the_form_change_nothing(ada):
    ada.get("/facilities/new")
    token = ada.page.all("input", name="csrf_token")[0].attributes["value"]
    forged = {
        "state": "active",
        "id": "1",
        "created_at": "2001-01-01",
        "facts_confirmed_at": "2026-01-01",
        "version": "9",
    }
    ada.post("/facilities/new", {**CEDAR, **forged, "csrf_token": token})
    cedar = facility()
    assert (cedar.state, cedar.created_at, cedar.facts_confirmed_at) == (FacilityState.ONBOARDING, NOW, None)


def test_a_double_click_registers_one(ada):
    ada.get("/facilities/new")
    fields = {
        name: ada.page.all("input", name=name)[-1].attributes["value"] for name in ("csrf_token", "idempotency_key")
    }
    for _ in range(2):
        ada.post("/facilities/new", {**CEDAR, **fields})
    bind_actor(SYSTEM)
    assert session.scalar(select(func.count()).select_from(Facility).where(Facility.npi == CEDAR["npi"])) == 1
    assert len(letters_to("ana@cedar.example")) == 1


def test_an_invitation_that_is_too_old_is_sent_again(ada, client):
    ada.get("/facilities/new").press("Register and invite", **CEDAR)
    first, address = link_to("ana@cedar.example", "invitation"), ada.path
    with clock.frozen_at(NOW + timedelta(hours=49)):
        ada.sign_in("ada").get(address)
        ada.sees("The invitation is too old: send it again.")
        ada.press("Send again")
        assert client.get(first).status == 404
        assert client.get(link_to("ana@cedar.example", "invitation")).status == 200


def test_an_invitation_is_taken_back(ada, client):
    ada.get("/facilities/new").press("Register and invite", **CEDAR)
    link = link_to("ana@cedar.example", "invitation")
    ada.press("Withdraw").sees("its link is dead")
    assert client.get(link).status == 404


def test_the_invitation_of_another_facility_is_not_found_here(ada, world):
    harbor = world.harbor.id
    ada.get("/facilities/new").press("Register and invite", **CEDAR)
    bind_actor(SYSTEM)
    invitation = session.scalars(select(Invitation.id).order_by(Invitation.id.desc())).first()
    ada.post(f"/facilities/{harbor}/invitations/{invitation}/withdrawal")
    assert ada.status == 404


def test_the_list_is_searched_filtered_sorted_and_exported(ada, world):
    ada.get("/facilities?q=harb").sees("Harbor Family Medicine")
    assert "Riverside" not in ada.text
    ada.get("/facilities?state=paused").sees("No facility fits these filters.")
    names = [
        link.text
        for link in ada.get("/facilities?sort=-name").page.all("a")
        if "/facilities/" in link.attributes["href"]
    ]
    assert names.index("Riverside Medical Center") < names.index("Harbor Family Medicine")
    export = ada.get("/facilities/export.csv?q=harb")
    assert export.headers["Content-Disposition"].startswith("attachment")
    lines = export.html.strip().splitlines()
    assert len(lines) == 2
    assert "1043000003" in lines[1]


@pytest.mark.parametrize("nonsense", ["sort=drop", "state=x", "page=-1", "page=99999999", "q=%25%00", "q=" + "x" * 500])
def test_nonsense_in_the_address_of_the_list_is_as_if_it_had_not_been_asked(ada, nonsense):
    assert ada.get(f"/facilities?{nonsense}").status == 200


def test_the_facts_are_changed_and_two_editors_notice_each_other(ada, visitors, world):
    address = f"/facilities/{world.harbor.id}/edit"
    sam = visitors("sam").get(address)
    ada.get(address).press("Save", city="Evanston").sees("Saved.", "Evanston")
    sam.press("Save", city="Gary")
    assert sam.status == 409
    assert "Somebody changed this" in sam.text
    assert facility("Harbor Family Medicine").city == "Evanston"


def test_a_pause_and_its_end_stand_in_the_trail(ada, world):
    ada.get(f"/facilities/{world.harbor.id}").press("Pause").sees("is paused", "asks for nothing new")
    ada.press("Activate again").sees("is active again")
    bind_actor(SYSTEM)
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.thing == "facility").order_by(AuditEntry.id)).all()
    assert acts == ["pause", "resume"]


def test_what_is_paused_already_cannot_be_paused_twice(ada, world):
    address = f"/facilities/{world.harbor.id}"
    ada.get(address).press("Pause")
    ada.get(address)
    ada.post(f"{address}/pause")
    assert ada.status == 409


def test_support_and_compliance_look_and_change_nothing(visitors, world):
    harbor = world.harbor.id
    chidi = visitors("chidi")
    chidi.get(f"/facilities/{harbor}").sees("Harbor Family Medicine")
    assert not [b for b in chidi.page.all("button") if b.text.startswith("Pause")]
    for path in ("/facilities/new", f"/facilities/{harbor}/edit", f"/facilities/{harbor}/invitations"):
        assert chidi.get(path).status == 403
    chidi.post(f"/facilities/{harbor}/pause")
    assert chidi.status == 403


@pytest.mark.parametrize("who", ["rosa", "maya"])
@pytest.mark.parametrize("path", ["/facilities", "/facilities/export.csv", "/facilities/new", "/facilities/1"])
def test_the_desk_is_the_agencys_alone(visitors, who, path):
    assert visitors(who).get(path).status == 403


@pytest.mark.parametrize("key", [0, 999_999, 2**63, 2**70])
def test_a_facility_that_does_not_exist_is_not_found(ada, key):
    assert ada.get(f"/facilities/{key}").status == 404


@pytest.mark.parametrize("tail", ["", "/new", "/{}", "/{}/edit", "/{}/invitations"])
def test_each_page_asks_the_database_at_most_fifteen_times(ada, world, statements, tail):
    bind_actor(SYSTEM)
    path = "/facilities" + tail.format(world.harbor.id)
    ada.get(path)
    statements.clear()
    assert ada.get(path).status == 200
    assert len([s for s in statements if not s.startswith("SET CONSTRAINTS")]) <= 15
