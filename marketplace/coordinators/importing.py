"""Coordinators from another system's file: one row a person, keyed by e-mail address."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from marketplace.catalogue.queries import service_lines
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.registration import amend_coordinator, register_coordinator
from marketplace.coordinators.rules import LIFE, MOST_YEARS, CoordinatorDraft, checked, read_availability
from marketplace.db import session
from marketplace.db.importing import ImportOutcome, named_as_in_file, take_in
from marketplace.kernel import CsvRow, Invalid, Report, email_address, now, parse_dollars, several, whole_number

COLUMNS = (
    "email", "name", "country", "work_state", "time_zone", "service_lines", "languages", "ehr", "years_experience",
    "education", "min_pay_rate", "max_hours_week", "availability", "rating",
)  # fmt: skip

# The columns under which the facts of a coordinator stand in the file.
COLUMN_OF = {"min_pay_cents": "min_pay_rate", "max_week_minutes": "max_hours_week"}


@dataclass(frozen=True)
class _CoordinatorLookup:
    coordinators: dict[str, Coordinator]
    lines: frozenset[str]
    at: datetime


def load(data: bytes) -> Report:
    """Take a file of coordinators in and say what became of each row. They are active, and sign in once invited.

    The caller commits. Raises Invalid when the file is not such a file.
    """
    rows = session.scalars(
        select(Coordinator).options(
            joinedload(Coordinator.person),
            selectinload(Coordinator.availability),
            undefer(Coordinator.min_pay_cents),
        )
    )
    known = _CoordinatorLookup(
        {coordinator.person.email.lower(): coordinator for coordinator in rows},
        frozenset(line.code for line in service_lines()),
        now(),
    )
    return take_in(
        data,
        COLUMNS,
        key=lambda row: ("email", row["email"].lower()),
        read=lambda row: _draft(row, known),
        keep=lambda drafts: [_keep(draft, known) for draft in drafts],
    )


def _draft(row: CsvRow, known: _CoordinatorLookup) -> CoordinatorDraft:
    email = email_address(row["email"], "email")
    before = known.coordinators.get(email.lower())
    draft = CoordinatorDraft(
        email=email,
        name=row["name"],
        country=row["country"],
        time_zone=row["time_zone"],
        work_state=row["work_state"],
        service_lines=several(row["service_lines"], "service_lines", known.lines),
        languages=several(row["languages"], "languages"),
        ehr=several(row["ehr"], "ehr"),
        years_experience=whole_number(row["years_experience"], "years_experience", 0, MOST_YEARS),
        education=row["education"],
        min_pay_cents=parse_dollars(row["min_pay_rate"], "min_pay_rate"),
        max_week_minutes=60 * whole_number(row["max_hours_week"], "max_hours_week", 1, 168),
        rest_minutes=before.rest_minutes if before else CoordinatorDraft.rest_minutes,
        rating_tenths=_rating(row["rating"]),
        availability=read_availability(row["availability"]),
    )
    with named_as_in_file(COLUMN_OF):
        return checked(draft, known.lines)


def _rating(text: str) -> int | None:
    """4.6 as tenths; nothing when there is no rating yet."""
    if not text:
        return None
    if not re.fullmatch(r"[0-5](\.[0-9])?", text):
        raise Invalid("A rating is from 0.0 to 5.0 with one decimal.", "rating")
    whole, _, tenths = text.partition(".")
    return int(whole) * 10 + int(tenths or "0")


def _keep(draft: CoordinatorDraft, known: _CoordinatorLookup) -> ImportOutcome:
    coordinator = known.coordinators.get(draft.email.lower())
    if coordinator is None:
        coordinator = register_coordinator(draft, known.at, lines=known.lines)
        coordinator.state = LIFE.after(coordinator.state, "activate")
        known.coordinators[draft.email.lower()] = coordinator
        return ImportOutcome.INSERTED
    return (
        ImportOutcome.UPDATED if amend_coordinator(coordinator, draft, lines=known.lines) else ImportOutcome.UNCHANGED
    )
