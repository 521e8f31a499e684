"""The agency's desk: inviting coordinators, finding them, pausing them, holding them back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.audit.models import AuditEntry
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.eligibility.loading import coordinator_facts
from marketplace.kernel import clock
from tests.accounts.letters import letters_to, link_to
from tests.coordinators.loading import coordinator_with_email
from tests.world import NOW

LUZ = {
    "name": "Luz Herrera", "email": "luz@people.example", "country": "CO", "work_state": "", "time_zone": "America/Bogota",
    "service_lines": ["prior-auth", "telehealth"],
}  # fmt: skip


@pytest.fixture
def maya_id(world):
    return world.maya.id


@pytest.fixture
def ada(maya_id, visitors):
    return visitors("ada")


def found(email="luz@people.example"):
    bind_actor(SYSTEM)
    session.expire_all()
    return coordinator_with_email(email)


def invited(ada):
    return ada.get("/coordinators/new").press("Register and invite", **LUZ)


def test_a_coordinator_is_registered_and_invited_in_one_go(ada):
    invited(ada).sees("Invited, the link works until", "Getting started", "luz@people.example")
    assert ada.heading == "Luz Herrera"
    assert found().state is CoordinatorState.ONBOARDING
    assert len(letters_to("luz@people.example")) == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "maya@people.example", "coordinator already"),
        ("email", "nobody", "not an e-mail address"),
        ("name", "L\x00uz", "cannot be shown"),
        ("country", "XX", "Choose one of the list"),
        ("work_state", "CA", "Only somebody who works in the US"),
        ("time_zone", "Mars/Olympus", "Choose one of the list"),
        ("service_lines", ["surgery"], "Choose from the list"),
        ("service_lines", [], "Choose at least one"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field_and_nothing_is_kept(ada, field, value, sentence):
    ada.get("/coordinators/new")
    form = next(node for node in ada.page.all("form") if node.all("select", name="country"))
    token = form.all("input", name="csrf_token")[0].attributes["value"]
    ada.post("/coordinators/new", {**LUZ, field: value, "csrf_token": token})
    assert ada.status == 422
    assert sentence in ada.text
    assert found() is None
    assert letters_to("luz@people.example") == []


def test_state_and_rating_cannot_be_smuggled_in(ada):
    ada.get("/coordinators/new")
    token = ada.page.all("input", name="csrf_token")[0].attributes["value"]
    ada.post(
        "/coordinators/new",
        {**LUZ, "state": "active", "rating": "5", "exclusion_hold": "x", "person_id": "1", "csrf_token": token},
    )
    luz = found()
    assert (luz.state, luz.rating, luz.person.name) == (CoordinatorState.ONBOARDING, None, "Luz Herrera")


def test_who_accepts_the_invitation_is_this_coordinator(ada, client):
    invited(ada)
    client.get(link_to("luz@people.example", "invitation"))
    client.press("Join", password="four quiet harbour lamps", again="four quiet harbour lamps")
    assert client.path == "/getting-started"
    client.sees("Welcome, Luz")
    client.get("/me").sees("Prior-Authorization")


def test_a_wrong_address_is_corrected_and_the_letter_to_it_is_dead(ada, client):
    invited(ada)
    wrong = link_to("luz@people.example", "invitation")
    ada.follow("Change").press("Save", email="luz.herrera@people.example").sees("Cannot sign in yet.")
    assert client.get(wrong).status == 404
    ada.press("Invite")
    assert client.get(link_to("luz.herrera@people.example", "invitation")).status == 200
    assert found("luz.herrera@people.example") is not None


def test_the_address_of_somebody_else_is_not_taken(ada):
    invited(ada)
    ada.follow("Change").press("Save", email="rosa@harbor.example")
    assert ada.status == 422
    ada.sees("Somebody else has this address.")


def test_name_and_address_of_somebody_with_an_account_are_their_own(ada, maya_id):
    ada.get(f"/coordinators/{maya_id}/edit")
    assert not ada.page.all("input", name="email")
    ada.press("Save", country="MX", work_state="")
    ada.sees("Saved.", "Mexico")
    bind_actor(SYSTEM)
    assert session.scalars(select(Person.email).where(Person.name == "Maya Torres")).one() == "maya@people.example"


def test_an_invitation_that_is_too_old_is_sent_again_or_taken_back(ada, client):
    invited(ada)
    first, address = link_to("luz@people.example", "invitation"), ada.path
    with clock.frozen_at(NOW + timedelta(hours=49)):
        ada.sign_in("ada").get(address).sees("The invitation is too old")
        ada.press("Send again")
        assert client.get(first).status == 404
        second = link_to("luz@people.example", "invitation")
        ada.press("Withdraw").sees("its link is dead")
        assert client.get(second).status == 404


def test_nobody_is_invited_twice(ada, maya_id):
    ada.get(f"/coordinators/{maya_id}").sees("can sign in.")
    ada.post(f"/coordinators/{maya_id}/invitations")
    assert ada.status == 422
    assert letters_to("maya@people.example") == []


def test_a_pause_takes_a_coordinator_out_of_the_running(ada, maya_id):
    ada.get(f"/coordinators/{maya_id}").press("Pause").sees("is paused", "nothing new is offered")
    bind_actor(SYSTEM)
    assert maya_id not in {facts.id for facts in coordinator_facts()}
    ada.get(f"/coordinators/{maya_id}").press("Activate again").sees("is active again")
    bind_actor(SYSTEM)
    assert maya_id in {facts.id for facts in coordinator_facts()}


def test_an_exclusion_hold_is_set_with_its_reason_and_cleared_by_compliance(visitors, maya_id):
    chidi = visitors("chidi")
    chidi.get(f"/coordinators/{maya_id}").follow("Put on hold").press(
        "Put on hold", reason="LEIE list of November: same name and state."
    )
    chidi.sees("Held back: no booking is possible.", "LEIE list of November")
    bind_actor(SYSTEM)
    assert coordinator_facts([maya_id])[0].exclusion_hold == "LEIE list of November: same name and state."
    chidi.press("Settled: may be booked").sees("can be booked again")
    bind_actor(SYSTEM)
    acts = session.scalars(
        select(AuditEntry.act).where(AuditEntry.coordinator_id == maya_id).order_by(AuditEntry.id)
    ).all()
    assert acts == ["hold", "release"]


def test_a_hold_needs_a_reason_and_the_right_role(visitors, maya_id):
    chidi, sam = visitors("chidi"), visitors("sam")
    chidi.get(f"/coordinators/{maya_id}/hold").press("Put on hold", reason=" ")
    assert chidi.status == 422
    assert sam.get(f"/coordinators/{maya_id}/hold").status == 403
    sam.get(f"/coordinators/{maya_id}")
    sam.post(f"/coordinators/{maya_id}/release")
    assert sam.status == 403


def test_who_is_not_held_cannot_be_released(visitors, maya_id):
    chidi = visitors("chidi").get(f"/coordinators/{maya_id}")
    chidi.post(f"/coordinators/{maya_id}/release")
    assert chidi.status == 409


def test_the_list_is_searched_filtered_sorted_and_exported(ada):
    ada.get("/coordinators?line=triage").sees("Devon Blake")
    assert "Maya Torres" not in ada.text
    ada.get("/coordinators?country=MX").sees("Sofía Álvarez")
    assert "Jonas" not in ada.text
    ada.get("/coordinators?q=álv").sees("Sofía Álvarez")
    ada.get("/coordinators?state=paused").sees("No coordinator fits these filters.")
    links = ada.get("/coordinators?sort=-rating").page.all("a")
    names = [link.text for link in links]
    assert names.index("Maya Torres") < names.index("Jonas Lind")
    lines = ada.get("/coordinators/export.csv?country=MX").html.strip().splitlines()
    assert len(lines) == 2
    assert "sofia@people.example" in lines[1]


@pytest.mark.parametrize("nonsense", ["sort=x", "state=x", "line=x", "country=zz", "page=0", "q=%00%25_"])
def test_nonsense_in_the_address_of_the_list_is_as_if_it_had_not_been_asked(ada, nonsense):
    assert ada.get(f"/coordinators?{nonsense}").status == 200


@pytest.mark.parametrize("who", ["rosa", "maya"])
@pytest.mark.parametrize(
    "path",
    ["/coordinators", "/coordinators/export.csv", "/coordinators/new", "/coordinators/1", "/coordinators/1/work"],
)
def test_the_desk_is_the_agencys_alone(visitors, who, path):
    assert visitors(who).get(path).status == 403


@pytest.mark.parametrize("tail", ["", "/edit", "/hold", "/work", "/getting-started"])
def test_a_coordinator_who_does_not_exist_is_not_found(ada, tail):
    for key in (0, 999_999, 2**63):
        assert ada.get(f"/coordinators/{key}{tail}").status == 404


@pytest.mark.parametrize("tail", ["", "/new", "/{}", "/{}/edit", "/{}/hold", "/{}/work", "/{}/getting-started"])
def test_each_page_asks_the_database_at_most_fifteen_times(ada, maya_id, statements, tail):
    path = "/coordinators" + tail.format(maya_id)
    ada.get(path)
    statements.clear()
    assert ada.get(path).status == 200
    assert len([s for s in statements if not s.startswith("SET CONSTRAINTS")]) <= 15


def test_a_stale_form_is_refused(ada, visitors, maya_id):
    sam = visitors("sam").get(f"/coordinators/{maya_id}/edit")
    ada.get(f"/coordinators/{maya_id}/edit").press("Save", years_experience="9")
    sam.press("Save", years_experience="2")
    assert sam.status == 409
    bind_actor(SYSTEM)
    session.expire_all()
    assert session.get_one(Coordinator, maya_id).years_experience == 9
