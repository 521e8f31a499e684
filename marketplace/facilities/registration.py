"""Taking a facility into the books, with its organisation and main site, and keeping its facts up to date."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Organisation, OrganisationKind, Person
from marketplace.audit.recording import record
from marketplace.db import session
from marketplace.facilities.models import Facility, Site
from marketplace.facilities.rules import MAIN_SITE, FacilityDraft, checked
from marketplace.kernel import N_, Invalid, JoinedList, Phrase, differing, email_address

# What may be different about a facility, and what that is called in the trail.
FACTS = {
    "npi": N_("NPI"), "name": N_("name"), "kind": N_("kind"), "time_zone": N_("time zone"), "city": N_("city"),
    "region": N_("state"), "contact_name": N_("contact"), "contact_email": N_("contact's e-mail"),
    "ehr": N_("records system"), "payer_mix": N_("payers"),
    "monthly_budget_cents": N_("monthly budget"),
}  # fmt: skip


def register_facility(draft: FacilityDraft, at: datetime, by: Person | None = None) -> Facility:
    """Write a new facility down, still to be activated. Raises Invalid with the field; an NPI is registered once."""
    facts = _checked(draft)
    if session.scalar(select(Facility.id).where(Facility.npi == facts.npi)) is not None:
        raise Invalid("A facility with this NPI is registered already.", "npi")
    organisation = Organisation(kind=OrganisationKind.FACILITY, name=facts.name, created_at=at)
    session.add(organisation)
    session.flush()
    facility = Facility(id=organisation.id, organisation=organisation, created_at=at, **_columns(facts))
    session.add(facility)
    session.flush()
    session.add(
        Site(facility_id=facility.id, name=MAIN_SITE, time_zone=facts.time_zone, city=facts.city, region=facts.region)
    )
    session.flush()
    record("register", facility, Phrase("%(facility)s was registered.", facility=facility.name), by=by)
    return facility


def amend_facility(facility: Facility, draft: FacilityDraft, by: Person | None = None) -> tuple[str, ...]:
    """Make the facts those of the draft; the names of the columns that were different. Raises Invalid with the field.

    `facility` is loaded with its budget (`undefer`). A main site that stood where the facility stood moves with it.
    """
    facts = _checked(draft)
    if facts.npi != facility.npi and session.scalar(select(Facility.id).where(Facility.npi == facts.npi)) is not None:
        raise Invalid("Another facility has this NPI.", "npi")
    wanted = _columns(facts)
    changed = tuple(differing(facility, wanted, FACTS))
    if not changed:
        return ()
    _move_main_site(facility, wanted)
    for name in changed:
        setattr(facility, name, wanted[name])
    if "name" in changed:
        session.get_one(Organisation, facility.id).name = facility.name
    session.flush()
    record(
        "change",
        facility,
        Phrase("Changed: %(what)s.", what=JoinedList([Phrase(FACTS[name]) for name in changed], ", ")),
        by=by,
    )
    return changed


def _move_main_site(facility: Facility, wanted: dict[str, Any]) -> None:
    place = ("time_zone", "city", "region")
    main = session.scalars(select(Site).where(Site.facility_id == facility.id).order_by(Site.id).limit(1)).one_or_none()
    if main is not None and all(getattr(main, name) == getattr(facility, name) for name in place):
        for name in place:
            setattr(main, name, wanted[name])


def _checked(draft: FacilityDraft) -> FacilityDraft:
    facts = checked(draft)
    email = facts.contact_email.strip()
    return replace(facts, contact_email=email_address(email, "contact_email") if email else "")


def _columns(facts: FacilityDraft) -> dict[str, Any]:
    found = {name: getattr(facts, name) for name in FACTS}
    return {**found, "payer_mix": list(facts.payer_mix), "contact_email": facts.contact_email or None}
