"""Facilities from another system's file: one row a facility with its main site, keyed by NPI."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import undefer

from marketplace.db import session
from marketplace.db.importing import ImportOutcome, named_as_in_file, take_in
from marketplace.facilities.models import Facility
from marketplace.facilities.registration import amend_facility, register_facility
from marketplace.facilities.rules import KINDS, LIFE, FacilityDraft, checked
from marketplace.kernel import CsvRow, Invalid, Report, now, several, whole_number

COLUMNS = (
    "npi", "name", "kind", "time_zone", "city", "state", "contact_name", "contact_email", "net_terms", "ehr", "payer_mix",
)  # fmt: skip

# The columns under which the facts of a facility stand in the file.
COLUMN_OF = {"region": "state", "net_days": "net_terms"}


@dataclass(frozen=True)
class _FacilityLookup:
    facilities: dict[str, Facility]
    at: datetime


def load(data: bytes) -> Report:
    """Take a file of facilities in and say what became of each row. They are active at once: the agency knows them.

    The caller commits. Raises Invalid when the file is not such a file.
    """
    rows = session.scalars(select(Facility).options(undefer(Facility.monthly_budget_cents)))
    known = _FacilityLookup({facility.npi: facility for facility in rows}, now())
    return take_in(
        data,
        COLUMNS,
        key=lambda row: ("npi", row["npi"]),
        read=lambda row: _draft(row, known),
        keep=lambda drafts: [_keep(draft, known) for draft in drafts],
    )


def _draft(row: CsvRow, known: _FacilityLookup) -> FacilityDraft:
    before = known.facilities.get(row["npi"])
    if row["kind"] not in KINDS:
        raise Invalid("A facility is one of: %(kinds)s.", "kind", kinds=", ".join(KINDS))
    draft = FacilityDraft(
        npi=row["npi"],
        name=row["name"],
        kind=row["kind"],
        time_zone=row["time_zone"],
        city=row["city"],
        region=row["state"],
        contact_name=row["contact_name"],
        contact_email=row["contact_email"],
        net_days=whole_number(row["net_terms"], "net_terms", 0, 60),
        ehr=row["ehr"],
        payer_mix=several(row["payer_mix"], "payer_mix"),
        monthly_budget_cents=before.monthly_budget_cents if before else None,
    )
    with named_as_in_file(COLUMN_OF):
        return checked(draft)


def _keep(draft: FacilityDraft, known: _FacilityLookup) -> ImportOutcome:
    facility = known.facilities.get(draft.npi)
    if facility is None:
        facility = register_facility(draft, known.at)
        facility.state = LIFE.after(facility.state, "activate")
        known.facilities[draft.npi] = facility
        return ImportOutcome.INSERTED
    return ImportOutcome.UPDATED if amend_facility(facility, draft) else ImportOutcome.UNCHANGED
