"""Getting started: from the letter to the first page, step by step, until the agency activates."""

from datetime import date

import pytest
from sqlalchemy import select, update

from marketplace.catalogue.models import CredentialType
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.coordinators.registration import register_coordinator
from marketplace.coordinators.rules import CoordinatorDraft
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.facilities.registration import register_facility
from marketplace.facilities.rules import FacilityDraft
from marketplace.messaging.models import Notice
from marketplace.onboarding.steps.checklist import ChecklistStatus, missing
from marketplace.onboarding.steps.coordinators import steps_of_coordinator
from marketplace.onboarding.steps.facilities import steps_of_facility
from tests.accounts.letters import link_to
from tests.world import NOW

CEDAR = {
    "name": "Cedar Clinic", "npi": "1234567893", "kind": "private clinic", "time_zone": "America/Denver", "city": "Boulder",
    "region": "CO", "contact_name": "Ana Ruiz", "contact_email": "ana@cedar.example",
}  # fmt: skip
LUZ = CoordinatorDraft("luz@people.example", "Luz Herrera", "CO", "America/Bogota", service_lines=("prior-auth",))
SECRET = "four quiet harbour lamps"


@pytest.fixture
def cedar(world):
    return register_facility(FacilityDraft("1234567893", "Cedar Clinic", "private clinic", "America/Denver"), NOW)


@pytest.fixture
def luz(world):
    return register_coordinator(LUZ, NOW)


def steps_of(one, **how):
    return (steps_of_facility if isinstance(one, Facility) else steps_of_coordinator)(one, NOW, **how)


def standings(of):
    return [step.standing for step in steps_of(of)]


def agreement(kind, state, **party):
    session.add(Agreement(kind=kind, state=state, effective_from=date(2026, 1, 1), **party))
    session.flush()


def papers(coordinator, state=CredentialState.VERIFIED, expires=date(2028, 1, 1)):
    for kind in session.scalars(select(CredentialType.code).where(CredentialType.blocks_work)):
        session.add(Credential(coordinator_id=coordinator.id, type=kind, number="1", state=state, expires_on=expires))
    session.flush()


# ---- the steps --------------------------------------------------------------------------------------------------


def test_a_new_facility_checks_its_facts_and_waits_for_its_papers(cedar):
    done, to_do, waits = ChecklistStatus.DONE, ChecklistStatus.TO_DO, ChecklistStatus.WAITING
    assert standings(cedar) == [to_do, waits, waits, to_do, *[ChecklistStatus.LATER] * 5]
    cedar.facts_confirmed_at = NOW
    agreement(AgreementKind.BAA, AgreementState.SENT, facility_id=cedar.id)
    agreement(AgreementKind.MASTER, AgreementState.SIGNED, facility_id=cedar.id)
    assert standings(cedar)[:3] == [done, to_do, waits]
    session.execute(update(Agreement).where(Agreement.facility_id == cedar.id).values(state=AgreementState.ACTIVE))
    assert standings(cedar)[:3] == [done, done, done]


@pytest.mark.parametrize(
    "state", [AgreementState.DRAFT, AgreementState.TERMINATED, AgreementState.EXPIRED, AgreementState.SUPERSEDED]
)
def test_a_paper_that_is_not_in_force_is_not_done(cedar, state):
    agreement(AgreementKind.BAA, state, facility_id=cedar.id)
    assert standings(cedar)[1] is ChecklistStatus.WAITING


def test_colleagues_and_the_first_need_are_not_asked_of_anybody(cedar):
    assert len(missing(steps_of(cedar))) == 3


@pytest.mark.parametrize(
    ("state", "expires", "standing"),
    [
        (CredentialState.SUBMITTED, date(2028, 1, 1), ChecklistStatus.WAITING),
        (CredentialState.VERIFIED, date(2028, 1, 1), ChecklistStatus.DONE),
        (CredentialState.VERIFIED, date(2026, 11, 24), ChecklistStatus.DONE),
        (CredentialState.VERIFIED, date(2026, 11, 23), ChecklistStatus.TO_DO),
        (CredentialState.REJECTED, date(2028, 1, 1), ChecklistStatus.TO_DO),
    ],
)
def test_credentials_count_while_they_are_valid(luz, state, expires, standing):
    papers(luz, state, expires)
    assert standings(luz)[2] is standing


def test_those_who_work_already_have_nothing_missing_but_their_own_word(world):
    assert [str(step.title) for step in missing(steps_of(world.maya))] == ["Check your profile"]


# ---- the whole way ----------------------------------------------------------------------------------------------


def test_a_facility_comes_from_the_letter_to_its_first_need(visitors, client):
    ada = visitors("ada")
    ada.get("/facilities/new").press("Register and invite", **CEDAR)
    cedar_page = ada.path
    client.get(link_to("ana@cedar.example", "invitation")).press("Join", password=SECRET, again=SECRET)
    assert client.path == "/getting-started"
    client.sees("Welcome, Ana", "3 steps left until you are active", "Waiting for the agency")
    client.follow("Review").press("Save", payer_mix=["commercial"], ehr="Epic")
    assert client.path == "/getting-started"
    client.sees("2 steps left until you are active")
    ada.get(cedar_page).follow("See what is missing").sees(
        "2 steps are missing.", "The BAA; The contract with its rate card"
    )
    ada.post(f"{cedar_page}/activation")
    assert ada.status == 409
    ada.sees("Still missing: The BAA; The contract with its rate card")
    key = int(cedar_page.rsplit("/", 1)[1])
    bind_actor(SYSTEM)
    agreement(AgreementKind.BAA, AgreementState.ACTIVE, facility_id=key)
    agreement(AgreementKind.MASTER, AgreementState.ACTIVE, facility_id=key)
    session.commit()
    client.get("/getting-started").sees("Everything is there.")
    ada.get(f"{cedar_page}/getting-started").press("Activate").sees("is active. Its people were told.")
    bind_actor(SYSTEM)
    session.expire_all()
    assert session.get_one(Facility, key).state is FacilityState.ACTIVE
    client.get("/start")
    assert client.path == "/overview"
    client.get("/getting-started").sees("You are active.", "Post a need")
    bind_actor(SYSTEM)
    assert [notice.sentence for notice in session.scalars(select(Notice))] == [
        "Cedar Clinic is active: you can post needs.",
        "Cedar Clinic was activated by Ada Okafor.",  # for the other people of the agency who activate
    ]


def test_a_coordinator_comes_from_the_letter_to_her_offers(visitors, client, world):
    ada = visitors("ada")
    ada.get("/coordinators/new").press(
        "Register and invite", name="Luz Herrera", email="luz@people.example", country="CO", time_zone="America/Bogota",
        service_lines=["prior-auth"],
    )  # fmt: skip
    page = ada.path
    key = int(page.rsplit("/", 1)[1])
    client.get(link_to("luz@people.example", "invitation")).press("Join", password=SECRET, again=SECRET)
    client.sees("Welcome, Luz", "4 steps left until you are active")
    client.follow("Review").press("Save", min_pay_cents="18")
    client.follow("Set hours").press("Save", within="hours", days=["0", "1"], start="08:00", end="18:00")
    client.get("/getting-started").sees("2 steps left until you are active", "Missing:")
    bind_actor(SYSTEM)
    papers(session.get_one(Coordinator, key))
    agreement(AgreementKind.BAA, AgreementState.ACTIVE, coordinator_id=key)
    session.commit()
    ada.get(f"{page}/getting-started").press("Activate").sees("is active and was told.")
    bind_actor(SYSTEM)
    session.expire_all()
    assert session.get_one(Coordinator, key).state is CoordinatorState.ACTIVE
    client.get("/start")
    assert client.path == "/offers"
    client.get("/me").follow("Getting started").sees("You are active.", "Accept your first shift")


def test_who_is_held_back_is_not_activated(visitors, luz):
    luz.facts_confirmed_at, luz.exclusion_hold = NOW, "LEIE"
    key = luz.id
    papers(luz)
    agreement(AgreementKind.BAA, AgreementState.ACTIVE, coordinator_id=key)
    session.commit()
    ada = visitors("ada").get(f"/coordinators/{key}/getting-started")
    ada.sees("Held back after an exclusion screening.")
    ada.post(f"/coordinators/{key}/activation")
    assert ada.status == 409


def test_who_is_active_is_not_activated_again(visitors, world):
    key = world.maya.id
    session.execute(update(Coordinator).values(facts_confirmed_at=NOW))
    session.commit()
    ada = visitors("ada").get(f"/coordinators/{key}/getting-started")
    ada.post(f"/coordinators/{key}/activation")
    assert ada.status == 409


def test_only_the_agencys_schedulers_and_owners_activate(visitors, world):
    harbor = world.harbor.id
    for who, path in (("chidi", "/facilities"), ("rosa", "/getting-started"), ("maya", "/getting-started")):
        visitor = visitors(who).get(path)
        visitor.post(f"/facilities/{harbor}/activation")
        assert visitor.status == 403


def test_the_list_is_for_those_who_have_one(visitors):
    assert visitors("ada").get("/getting-started").path == "/overview"
    tom = visitors("tom").get(
        "/getting-started"
    )  # he reads what his facility still lacks, and sees no button he may not press
    assert tom.status == 200
    assert "Review" not in tom.text


def test_a_visitor_is_asked_to_sign_in(client):
    for path in ("/start", "/getting-started"):
        assert client.get(path).path.startswith("/sign-in")


@pytest.mark.parametrize("who", ["rosa", "maya"])
def test_the_list_asks_the_database_at_most_fifteen_times(visitors, statements, who):
    visitor = visitors(who).get("/getting-started")
    statements.clear()
    assert visitor.get("/getting-started").status == 200
    assert len([s for s in statements if not s.startswith("SET CONSTRAINTS")]) <= 15
