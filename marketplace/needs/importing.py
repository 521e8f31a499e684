"""Needs from another system's file: one row a need, in the facility's local time, keyed by `external_ref`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from marketplace.audit.recording import record
from marketplace.catalogue.models import ServiceLine
from marketplace.catalogue.queries import credential_types, service_lines
from marketplace.contracts.models import Agreement
from marketplace.db import session
from marketplace.db.importing import ImportOutcome, named_as_in_file, take_in
from marketplace.facilities.models import Facility
from marketplace.facilities.readiness import why_not
from marketplace.kernel import (
    LANGUAGES,
    US_STATES,
    CsvRow,
    Invalid,
    NotAllowedNow,
    NotYet,
    Phrase,
    Report,
    check_no_patient_data,
    clean_text,
    day,
    is_valid_npi,
    local_time,
    now,
    parse_dollars,
    several,
    whole_number,
)
from marketplace.needs.models import Need
from marketplace.needs.posting import LONGEST_NOTES, QuotedNeed, post_planned, rewrite
from marketplace.needs.queries import active_contract
from marketplace.needs.quoting import MOST_HEADS, NeedDraft, draft_of, quote
from marketplace.needs.rules import WEEKDAYS, WEEKLY

COLUMNS = (
    "external_ref", "facility_npi", "service_line", "starts_local", "ends_local", "repeat", "until", "headcount",
    "required_credentials", "patient_states", "languages", "ehr", "bill_rate", "notes",
)  # fmt: skip

# Written together; one that cannot be kept costs the others a second try.
AT_ONCE = 100

# The columns under which the fields of a posting stand in the file.
COLUMN_OF = {"line": "service_line", "rate": "bill_rate", "first_day": "starts_local"}


@dataclass(frozen=True)
class _FacilitySite:
    """The facility of a row, as far as a need asks."""

    id: int
    site_id: int
    time_zone: str
    refusal: NotYet | None


@dataclass(frozen=True)
class _NeedLookup:
    """The things the rows of one file refer to, read once."""

    places: dict[str, _FacilitySite]
    lines: dict[str, ServiceLine]
    credentials: frozenset[str]
    needs: dict[str, Need]
    contracts: dict[int, Agreement | None]
    at: datetime

    def contract(self, facility_id: int) -> Agreement | None:
        """The active contract of a facility, asked for once."""
        if facility_id not in self.contracts:
            self.contracts[facility_id] = active_contract(facility_id)
        return self.contracts[facility_id]


def load(data: bytes) -> Report:
    """Take a file of needs in and say what became of each row. History is welcome; a contract is not asked for.

    A need already there is rewritten where the file says otherwise. What has bookings keeps its shifts: such a row is
    refused. The caller commits. Raises Invalid when the file is not such a file.
    """
    known = _known()
    return take_in(
        data,
        COLUMNS,
        key=lambda row: ("external_ref", row["external_ref"]),
        read=lambda row: _draft(row, known),
        keep=lambda asked: _keep(asked, known),
        at_once=AT_ONCE,
    )


def _known() -> _NeedLookup:
    at = now()
    facilities = session.scalars(select(Facility).options(selectinload(Facility.sites))).all()
    needs = session.scalars(select(Need).where(Need.external_ref.is_not(None)))
    return _NeedLookup(
        places={
            f.npi: _FacilitySite(f.id, f.sites[0].id, f.sites[0].time_zone, why_not(f, None, at))
            for f in facilities
            if f.sites
        },
        lines={line.code: line for line in service_lines()},
        credentials=frozenset(kind.code for kind in credential_types()),
        needs={need.external_ref: need for need in needs if need.external_ref},
        contracts={},
        at=at,
    )


def _draft(row: CsvRow, known: _NeedLookup) -> QuotedNeed:
    """The draft of a row, and the shifts that follow; raises Invalid naming the column."""
    ref = clean_text(row["external_ref"], 80, "external_ref")
    if not ref:
        raise Invalid("Every need has a key of its own.", "external_ref")
    npi = row["facility_npi"]
    if not is_valid_npi(npi):
        raise Invalid("This is no NPI: its check digit does not fit.", "facility_npi")
    if npi not in known.places:
        raise Invalid("No facility here has this NPI. Load the facilities first.", "facility_npi")
    if row["service_line"] not in known.lines:
        raise Invalid("This is none of the agency's service lines.", "service_line")
    if row["repeat"] not in ("", WEEKLY, WEEKDAYS):
        raise Invalid("A need repeats WEEKLY, WEEKDAYS, or not at all.", "repeat")
    notes = clean_text(row.values["notes"], LONGEST_NOTES, "notes", multiline=True)
    check_no_patient_data(notes, "notes")
    rate = parse_dollars(row["bill_rate"], "bill_rate")
    if rate < 1:
        raise Invalid("The rate must be more than nothing.", "bill_rate")
    place = known.places[npi]
    if place.refusal is not None and ref not in known.needs:
        raise Invalid(place.refusal.phrase, "facility_npi")
    draft = NeedDraft(
        facility_id=place.id,
        site_id=place.site_id,
        time_zone=place.time_zone,
        line=row["service_line"],
        starts=local_time(row["starts_local"], "starts_local"),
        ends=local_time(row["ends_local"], "ends_local"),
        repeat=row["repeat"],
        until=_until(row),
        headcount=whole_number(row["headcount"], "headcount", 1, MOST_HEADS),
        bill_rate_cents=rate,
        required_credentials=several(row["required_credentials"], "required_credentials", known.credentials),
        patient_states=several(row["patient_states"], "patient_states", US_STATES),
        languages=several(row["languages"], "languages", LANGUAGES),
        ehr=clean_text(row["ehr"], 80, "ehr"),
        notes=notes,
        external_ref=ref,
    )
    contract = known.contract(place.id)
    with named_as_in_file(COLUMN_OF):
        planned = quote(draft, contract, known.at, past_allowed=True, contract_needed=False)
    return QuotedNeed(draft, planned, contract)


def _until(row: CsvRow) -> date | None:
    """The last day counts only for what repeats."""
    if not row["until"]:
        return None
    last = day(row["until"], "until")
    return last if row["repeat"] else None


def _keep(asked: Sequence[QuotedNeed], known: _NeedLookup) -> list[ImportOutcome]:
    """Rewrite what is there already, and post all that is new at once."""
    there = [known.needs.get(one.draft.external_ref or "") for one in asked]
    outcomes = [
        ImportOutcome.INSERTED if need is None else _compare(need, one.draft, known.at)
        for need, one in zip(there, asked, strict=True)
    ]
    new = [one for need, one in zip(there, asked, strict=True) if need is None]
    if new:
        posted = post_planned(new, None, known.at)
        session.flush()
        known.needs.update((need.external_ref, need) for need in posted if need.external_ref)
    return outcomes


def _compare(need: Need, draft: NeedDraft, at: datetime) -> ImportOutcome:
    if need.facility_id != draft.facility_id:
        raise Invalid("This key belongs to a need of another facility.", "external_ref")
    before = replace(draft_of(need), external_ref=need.external_ref)
    # What the file has no column for stays as it is.
    wanted = replace(
        before,
        **{
            name: getattr(draft, name)
            for name in (
                "line", "starts", "ends", "repeat", "until", "headcount", "bill_rate_cents", "required_credentials",
                "patient_states", "languages", "ehr", "notes",
            )
        },
    )  # fmt: skip
    if wanted == before:
        return ImportOutcome.UNCHANGED
    _rewrite(need, before, wanted, at)
    return ImportOutcome.UPDATED


def _rewrite(need: Need, before: NeedDraft, wanted: NeedDraft, at: datetime) -> None:
    """Write what changed; when times, seats or rate changed, its shifts are made anew."""
    same_work = replace(wanted, notes=before.notes, required_credentials=before.required_credentials,
                        patient_states=before.patient_states, languages=before.languages, ehr=before.ehr) == before  # fmt: skip
    if same_work:
        rewrite(need, wanted)
    else:
        try:
            with session.begin_nested():
                rewrite(need, wanted, at)
        except IntegrityError:
            raise NotAllowedNow(
                "People are booked or asked for this need already, so its times, seats and rate stay. Change it on its page."
            ) from None
    record("import", need, Phrase("Changed by a file of another system."), key=need.external_ref)
