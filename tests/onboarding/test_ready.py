"""Whoever has nothing missing is in the agency's inbox with the button, and the agency is told once, or it follows by itself."""

from datetime import date

import pytest
from sqlalchemy import delete, select, text, update

from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.contracts.signing import activate as put_in_force
from marketplace.coordinators.models import AvailabilityWindow, Coordinator, CoordinatorState
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.inbox.items import InboxKind, counted, listed
from marketplace.messaging.models import Letter, Notice
from marketplace.onboarding import tasks
from marketplace.onboarding.choosing import choose
from marketplace.onboarding.queries import coordinator_is_ready, facility_is_ready, mode_in_force
from marketplace.onboarding.rules import ActivationMode
from marketplace.onboarding.steps.newcomers import missing, steps_of
from tests.world import NOW, TODAY


@pytest.fixture
def newcomers(world):
    """Harbor and Maya as they were before their activation, with nothing missing."""
    session.execute(update(Facility).values(state=FacilityState.ONBOARDING, facts_confirmed_at=NOW))
    session.execute(update(Coordinator).values(state=CoordinatorState.ONBOARDING, facts_confirmed_at=NOW))
    session.expire_all()
    return world


def keys(world, kind, who="ada"):
    return [entry.key for entry in listed(getattr(world, who), NOW, kind, 100, 1)]


# ---- the conditions in SQL are those of the lists ---------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        update(Facility).values(facts_confirmed_at=None),
        update(Agreement).where(Agreement.kind == AgreementKind.BAA).values(state=AgreementState.SIGNED),
        update(Agreement).where(Agreement.kind == AgreementKind.MASTER).values(state=AgreementState.TERMINATED),
        update(Facility).values(state=FacilityState.PAUSED),
        update(Facility).values(city="Elgin"),
    ],
)
def test_a_facility_can_be_activated_when_its_list_says_so(newcomers, change):
    session.execute(change)
    session.expire_all()
    harbor = newcomers.harbor
    by_the_list = not missing(steps_of(harbor, NOW)) and harbor.state is FacilityState.ONBOARDING
    by_the_query = harbor.id in session.scalars(select(Facility.id).where(facility_is_ready())).all()
    assert by_the_list == by_the_query == (change.compile().params.get("city") == "Elgin")


@pytest.mark.parametrize(
    ("change", "ready"),
    [
        (update(Coordinator).values(facts_confirmed_at=None), False),
        (update(Coordinator).values(service_lines=[]), False),
        (delete(AvailabilityWindow), False),
        (update(Credential).values(state=CredentialState.SUBMITTED), False),
        (update(Credential).values(expires_on=TODAY), True),
        (update(Credential).values(expires_on=date(2026, 11, 23)), False),
        (update(Credential).values(expires_on=None), True),
        (update(Agreement).values(state=AgreementState.SENT), False),
        (update(Coordinator).values(state=CoordinatorState.ACTIVE), False),
    ],
)
def test_a_coordinator_can_be_activated_when_their_list_says_so(newcomers, change, ready):
    session.execute(change)
    session.expire_all()
    maya = newcomers.maya
    by_the_list = not missing(steps_of(maya, NOW)) and maya.state is CoordinatorState.ONBOARDING
    by_the_query = maya.id in session.scalars(select(Coordinator.id).where(coordinator_is_ready(NOW))).all()
    assert (by_the_list, by_the_query) == (ready, ready)


# ---- the inbox --------------------------------------------------------------------------------------------------


def test_whoever_is_ready_is_activated_from_the_inbox_and_leaves_it(newcomers, visitors):
    harbor, maya = newcomers.harbor.id, newcomers.maya.id
    assert harbor in keys(newcomers, InboxKind.READY_FACILITY)
    assert maya in keys(newcomers, InboxKind.READY_COORDINATOR)
    assert keys(newcomers, InboxKind.READY_FACILITY, "chidi") == []  # who may not activate is not asked to
    session.commit()
    ada = visitors("ada").get("/overview")
    ada.press("Activate Harbor Family Medicine can be activated").sees("Harbor Family Medicine is active.")
    ada.get("/overview").press("Activate Maya Torres can be activated").sees("Maya Torres is active and was told.")
    bind_actor(SYSTEM)
    assert harbor not in keys(newcomers, InboxKind.READY_FACILITY)
    assert maya not in keys(newcomers, InboxKind.READY_COORDINATOR)


def test_the_pages_of_a_facility_and_of_a_coordinator_have_the_button_too(newcomers, visitors):
    harbor, maya, riverside = newcomers.harbor.id, newcomers.maya.id, newcomers.riverside.id
    session.commit()
    visitors("ada").get(f"/facilities/{harbor}").press("Activate").sees("is active. Its people were told.")
    visitors("ada").get(f"/coordinators/{maya}").press("Activate").sees("is active and was told.")
    chidi = visitors("chidi").get(f"/facilities/{riverside}")
    chidi.sees("A scheduler or owner can activate now.")


def test_an_agreement_stands_in_the_inbox_while_the_agency_or_an_account_holds_it_up(world):
    agreement = Agreement(
        kind=AgreementKind.BAA,
        facility_id=world.harbor.id,
        effective_from=TODAY,
        created_at=NOW,
        state=AgreementState.DRAFT,
    )
    session.add(agreement)
    session.flush()
    assert keys(world, InboxKind.DRAFT) == [agreement.id]
    assert keys(world, InboxKind.DRAFT, "sam") == []
    agreement.state, agreement.sent_at = AgreementState.SENT, NOW
    session.flush()
    assert counted(world.ada, NOW) == {}  # Rosa has an account, and got a letter
    world.rosa.acting.active = False
    session.flush()
    assert keys(world, InboxKind.UNSIGNED) == [agreement.id]
    agreement.facility_id, agreement.coordinator_id = None, world.maya.id
    session.flush()
    assert keys(world, InboxKind.UNSIGNED) == []
    world.maya.person.acting.active = False
    session.flush()
    assert keys(world, InboxKind.UNSIGNED) == [agreement.id]


def test_a_signed_agreement_that_begins_later_says_when(world, visitors):
    for first in (TODAY, date(2026, 12, 15)):
        session.add(
            Agreement(
                kind=AgreementKind.BAA, facility_id=world.harbor.id, effective_from=first, created_at=NOW, signed_at=NOW,
                state=AgreementState.SIGNED,
            )
        )  # fmt: skip
    session.commit()
    visitors("ada").get("/overview?kind=activate").sees(
        "No shift starts under it until it is in force.",
        "It begins on Dec 15, 2026. One that holds now holds until then.",
    )


# ---- the last step ----------------------------------------------------------------------------------------------


def test_the_last_step_tells_the_agency_once(newcomers):
    for _twice in range(2):
        assert tasks.look_again(facility_id=newcomers.harbor.id) == 1
        assert tasks.look_again(coordinator_id=newcomers.maya.id) == 1
    told = session.scalars(select(Notice).where(Notice.kind == "ready", Notice.person_id == newcomers.ada.id)).all()
    assert [notice.address for notice in told] == [
        f"/facilities/{newcomers.harbor.id}/getting-started",
        f"/coordinators/{newcomers.maya.id}/getting-started",
    ]
    letters = session.scalars(select(Letter.subject).where(Letter.to == "ada@northlight.example")).all()
    assert letters == ["Harbor Family Medicine can be activated", "Maya Torres can be activated"]
    assert newcomers.harbor.state is FacilityState.ONBOARDING


def test_with_automatic_activation_the_last_step_activates_and_both_sides_read_it(newcomers):
    newcomers.jonas.exclusion_hold = "LEIE"
    session.flush()
    choose(ActivationMode.AUTOMATIC, newcomers.ada, NOW)
    session.execute(update(Facility).values(state=FacilityState.ONBOARDING))
    session.expire_all()
    assert tasks.look_at_all() == 2  # the facilities, once more
    assert newcomers.harbor.state is FacilityState.ACTIVE
    assert newcomers.maya.state is CoordinatorState.ACTIVE
    assert newcomers.jonas.state is CoordinatorState.ONBOARDING  # a hold is for somebody to settle
    subjects = dict(session.execute(select(Letter.to, Letter.subject)).all())
    assert subjects["rosa@harbor.example"] == "Harbor Family Medicine is active"
    assert subjects["maya@people.example"] == "You are active"
    read = session.scalars(select(Notice.sentence).where(Notice.person_id == newcomers.ada.id)).all()
    assert "Maya Torres is active: the last step was done, and the activation followed by itself." in read
    assert tasks.look_at_all() == 0


def test_the_agency_chooses_how_newcomers_become_active(newcomers, visitors):
    harbor = newcomers.harbor.id
    session.commit()
    ada = visitors("ada").get(f"/facilities/{harbor}/getting-started").follow("How newcomers become active")
    ada.press("Save", mode="rubbish")
    assert ada.status == 422
    ada.press("Save").sees("Nothing was different.")
    ada.press("Save", mode="automatic").sees("are active now.", "Chosen before", "Ada Okafor")
    ada.get(f"/facilities/{harbor}/getting-started").sees("has been activated.")
    ada.get("/activation").press("Save", mode="offered").sees("Saved.")
    bind_actor(SYSTEM)
    assert mode_in_force() is ActivationMode.OFFERED
    assert visitors("chidi").get("/activation").status == 403


def test_an_agreement_that_comes_into_force_has_the_list_looked_at(newcomers):
    agreement = Agreement(
        kind=AgreementKind.BAA, facility_id=newcomers.harbor.id, effective_from=TODAY, created_at=NOW,
        state=AgreementState.SIGNED,
    )  # fmt: skip
    agreement.facility = newcomers.harbor
    session.add(agreement)
    session.flush()
    put_in_force(agreement, newcomers.ada, NOW)
    session.flush()
    session.execute(text("RESET ROLE"))
    asked = "SELECT args FROM procrastinate_jobs WHERE task_name = 'onboarding.look_again'"
    assert {"facility_id": newcomers.harbor.id, "coordinator_id": None} in session.scalars(text(asked)).all()
