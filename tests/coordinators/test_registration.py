"""Coordinators come into the books once, without a password; their facts stay right."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.audit.models import AuditEntry
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.coordinators.registration import amend_coordinator, register_coordinator
from marketplace.coordinators.rules import CoordinatorDraft, WeeklyHours, read_availability
from marketplace.db import session
from marketplace.kernel import Invalid
from tests.coordinators.loading import coordinator_with_email
from tests.world import NOW

LUZ = CoordinatorDraft(
    "luz@people.example", "Luz Herrera", "CO", "America/Bogota", service_lines=("prior-auth", "telehealth"),
    languages=("es", "en"), ehr=("Epic",), years_experience=6, education="bachelor", min_pay_cents=1_650,
    max_week_minutes=1_800, rating_tenths=47, availability=read_availability("Mon-Fri 18:00-06:00"),
)  # fmt: skip


def test_a_new_coordinator_has_hours_and_no_password(world):
    luz = register_coordinator(LUZ, NOW, by=world.ada)
    assert (luz.state, luz.rating, luz.created_at) == (CoordinatorState.ONBOARDING, Decimal("4.7"), NOW)
    assert luz.person.password is None
    found = coordinator_with_email("LUZ@people.example")
    assert [window.hours for window in found.availability] == [WeeklyHours(day, 1080, 1800) for day in range(5)]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.coordinator_id == luz.id)).one()
    assert entry.sentence == "Luz Herrera was registered as a coordinator."


def test_an_address_works_once(world):
    with pytest.raises(Invalid, match="coordinator already") as refused:
        register_coordinator(replace(LUZ, email="MAYA@people.example"), NOW)
    assert refused.value.field == "email"


def test_somebody_with_an_account_keeps_the_name_it_has(world):
    coordinator = register_coordinator(replace(LUZ, email="tom@harbor.example", name="Other"), NOW)
    assert coordinator.person.name == "Tom Becker"
    assert session.scalars(select(Person).where(Person.email == "tom@harbor.example")).one().id == coordinator.person_id


def test_an_unknown_service_line_is_refused_and_nothing_is_kept(world):
    with pytest.raises(Invalid) as refused:
        register_coordinator(replace(LUZ, service_lines=("prior-auth", "surgery")), NOW)
    assert refused.value.field == "service_lines"
    assert coordinator_with_email(LUZ.email) is None


def test_the_same_facts_once_more_change_nothing(world):
    register_coordinator(LUZ, NOW)
    session.expire_all()
    assert amend_coordinator(coordinator_with_email(LUZ.email), LUZ) == ()


def test_what_is_different_is_named_and_kept(world):
    register_coordinator(LUZ, NOW)
    other = replace(LUZ, min_pay_cents=1_700, name="Luz H.", availability=read_availability("Sat 08:00-12:00"))
    assert set(amend_coordinator(coordinator_with_email(LUZ.email), other)) == {"min_pay_cents", "name", "availability"}
    session.expire_all()
    luz = coordinator_with_email(LUZ.email)
    assert (luz.name, luz.min_pay_cents, len(luz.availability)) == ("Luz H.", 1_700, 1)


def test_a_file_does_not_rename_somebody_who_has_an_account(world):
    maya = world.maya
    found = coordinator_with_email(maya.person.email)
    draft = replace(LUZ, email=maya.person.email, name="Somebody Else")
    assert "name" not in amend_coordinator(found, draft)
    assert session.scalars(select(Coordinator).where(Coordinator.id == maya.id)).one().person_id == maya.person_id
