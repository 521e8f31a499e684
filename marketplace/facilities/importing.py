"""Facilities from another system's file: one row a facility with its main site, keyed by NPI."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import undefer

from marketplace.catalogue.lists import checked_net_days
from marketplace.db import session
from marketplace.db.importing import ImportOutcome, NotedOutcome, named_as_in_file, take_in
from marketplace.facilities.models import Facility
from marketplace.facilities.registration import amend_facility, register_facility
from marketplace.facilities.rules import KINDS, LIFE, FacilityDraft, TermsOfFile, checked
from marketplace.kernel import CsvRow, Hook, Invalid, Report, now, several, whole_number

COLUMNS = (
    "npi", "name", "kind", "time_zone", "city", "state", "contact_name", "contact_email", "net_terms", "ehr", "payer_mix",
)  # fmt: skip

# The columns under which the facts of a facility stand in the file.
COLUMN_OF = {"region": "state"}


agreed_terms: Hook[[Facility, int, datetime], TermsOfFile] = Hook("facilities.importing.agreed_terms")
"""Who keeps terms of payment: contracts stand above facilities, so the days (`net_terms`) are handed up."""


@dataclass(frozen=True)
class FileRow:
    """The content of a row: the facts of the facility, and in how many days its invoices are due."""

    facts: FacilityDraft
    net_days: int


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
        read=lambda row: _read(row, known),
        keep=lambda found: [_keep(one, known) for one in found],
    )


def _read(row: CsvRow, known: _FacilityLookup) -> FileRow:
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
        ehr=row["ehr"],
        payer_mix=several(row["payer_mix"], "payer_mix"),
        monthly_budget_cents=before.monthly_budget_cents if before else None,
    )
    net_days = checked_net_days(whole_number(row["net_terms"], "net_terms", 0, 60), "net_terms")
    with named_as_in_file(COLUMN_OF):
        return FileRow(checked(draft), net_days)


def _keep(row: FileRow, known: _FacilityLookup) -> ImportOutcome | NotedOutcome:
    facility = known.facilities.get(row.facts.npi)
    if facility is None:
        facility = register_facility(row.facts, known.at)
        facility.state = LIFE.after(facility.state, "activate")
        known.facilities[row.facts.npi] = facility
        outcome = ImportOutcome.INSERTED
    else:
        outcome = ImportOutcome.UPDATED if amend_facility(facility, row.facts) else ImportOutcome.UNCHANGED
    [terms] = agreed_terms(facility, row.net_days, known.at)
    if terms.changed and outcome is ImportOutcome.UNCHANGED:
        outcome = ImportOutcome.UPDATED
    if terms.net_days == row.net_days:
        return outcome
    return NotedOutcome(
        outcome,
        "net_terms",
        f"Its contract says NET {terms.net_days}, and a file does not change a contract: amend it on the site.",
    )
