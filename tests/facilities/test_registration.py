"""Facilities come into the books once, with an organisation and a main site; their facts stay right."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from marketplace.accounts.models import Organisation
from marketplace.audit.models import AuditEntry
from marketplace.db import session
from marketplace.facilities.models import Facility, FacilityState, Site
from marketplace.facilities.registration import amend_facility, register_facility
from marketplace.facilities.rules import FacilityDraft
from marketplace.kernel import Invalid
from tests.world import NOW

CEDAR = FacilityDraft(
    "1234567893", "Cedar Clinic", "private clinic", "America/Denver", "Boulder", "CO", "Ana Ruiz", "ana@cedar.example",
    "Epic", ("commercial",), 900_000,
)  # fmt: skip


def facility_with_npi(npi):
    return session.scalars(
        select(Facility).where(Facility.npi == npi).options(undefer(Facility.monthly_budget_cents))
    ).one()


def test_a_new_facility_has_an_organisation_a_main_site_and_a_line_in_the_trail(world):
    cedar = register_facility(CEDAR, NOW, by=world.ada)
    assert (cedar.state, cedar.created_at, cedar.monthly_budget_cents) == (FacilityState.ONBOARDING, NOW, 900_000)
    assert session.get_one(Organisation, cedar.id).name == "Cedar Clinic"
    (site,) = session.scalars(select(Site).where(Site.facility_id == cedar.id))
    assert (site.name, site.time_zone, site.region) == ("Main", "America/Denver", "CO")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.thing == "facility")).one()
    assert (entry.act, entry.facility_id) == ("register", cedar.id)


def test_an_npi_is_registered_once(world):
    register_facility(CEDAR, NOW)
    with pytest.raises(Invalid, match="registered already") as refused:
        register_facility(replace(CEDAR, name="Other"), NOW)
    assert refused.value.field == "npi"
    assert session.scalar(select(func.count()).select_from(Facility).where(Facility.name == "Other")) == 0


def test_an_address_nobody_could_write_to_is_refused(world):
    with pytest.raises(Invalid) as refused:
        register_facility(replace(CEDAR, contact_email="ana at cedar"), NOW)
    assert refused.value.field == "contact_email"


def test_the_same_facts_once_more_change_nothing(world):
    register_facility(CEDAR, NOW)
    session.expire_all()
    cedar = facility_with_npi(CEDAR.npi)
    version = cedar.version
    assert amend_facility(cedar, CEDAR) == ()
    session.flush()
    assert cedar.version == version


def test_a_facility_that_moves_takes_its_main_site_along(world):
    register_facility(CEDAR, NOW)
    cedar = facility_with_npi(CEDAR.npi)
    changed = amend_facility(cedar, replace(CEDAR, city="Aspen", name="Cedar Health"))
    assert set(changed) == {"city", "name"}
    assert session.get_one(Organisation, cedar.id).name == "Cedar Health"
    assert session.scalars(select(Site.city).where(Site.facility_id == cedar.id)).one() == "Aspen"


def test_a_main_site_with_a_place_of_its_own_stays_there(world):
    register_facility(CEDAR, NOW)
    cedar = facility_with_npi(CEDAR.npi)
    site = session.scalars(select(Site).where(Site.facility_id == cedar.id)).one()
    site.city = "Denver"
    session.flush()
    amend_facility(cedar, replace(CEDAR, city="Aspen"))
    assert site.city == "Denver"


def test_a_facility_does_not_take_the_npi_of_another(world):
    register_facility(CEDAR, NOW)
    with pytest.raises(Invalid, match="Another facility"):
        amend_facility(facility_with_npi(CEDAR.npi), replace(CEDAR, npi=world.harbor.npi))
