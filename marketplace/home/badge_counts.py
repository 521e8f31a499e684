"""The figures beside the entries of the navigation: one statement for the frame of every page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, union_all

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Offer, OfferKind, Reassignment
from marketplace.assignments.rules import WAITING_STATES, ReassignmentState
from marketplace.contracts.models import Agreement
from marketplace.contracts.rules import AgreementState
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import Audience, session
from marketplace.inbox import items
from marketplace.messaging.models import Notice
from marketplace.needs.models import Shift
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.queries import WAITING


@dataclass(frozen=True)
class BadgeCounts:
    """`unread` stands beside the bell; `counts` beside the ways of `marketplace.navigation`, by their key."""

    unread: int
    counts: dict[str, int]


def badge_counts(person: Person, at: datetime) -> BadgeCounts:
    """Everything that is counted in the frame. One statement."""
    parts = {"unread": _count(select(Notice.id).where(Notice.person_id == person.id, Notice.read_at.is_(None)))}
    match person.audience:
        case Audience.FACILITY:
            parts |= _of_a_facility(person, at)
        case Audience.COORDINATOR:
            parts |= _of_a_coordinator(person, at)
        case Audience.AGENCY:
            parts |= _of_the_agency(person)
        case _:
            pass
    row = session.execute(select(*(part.label(name) for name, part in parts.items())), {"at": at}).one()
    counts = dict(zip(parts, row, strict=True))
    return BadgeCounts(counts.pop("unread"), counts)


def _of_a_facility(person: Person, at: datetime) -> dict[str, ColumnElement[int]]:
    parts = {}
    if person.may(Permission.TIMESHEET_APPROVE):
        parts["timesheets"] = _count(select(TimeEntry.id).where(TimeEntry.facility_id == person.facility_id, WAITING))
    if person.may(Permission.OFFER_SEND):
        chosen_from = (
            select(Offer.shift_id)
            .join(Shift, Shift.id == Offer.shift_id)
            .where(
                Offer.facility_id == person.facility_id,
                Offer.kind == OfferKind.APPLICATION,
                Offer.state.in_(WAITING_STATES),
                Offer.expires_at > at,
            )
            .distinct()
        )
        parts["needs"] = _count(chosen_from)
    if person.may(Permission.CONTRACT_SIGN):
        parts["contracts"] = _count(
            select(Agreement.id).where(
                Agreement.facility_id == person.facility_id, Agreement.state == AgreementState.SENT
            )
        )
    return parts


def _of_a_coordinator(person: Person, at: datetime) -> dict[str, ColumnElement[int]]:
    offered = select(Offer.id).where(
        Offer.coordinator_id == person.coordinator_id,
        Offer.kind == OfferKind.OFFER,
        Offer.state.in_(WAITING_STATES),
        Offer.expires_at > at,
    )
    asked_to_move = select(Reassignment.id).where(
        Reassignment.coordinator_id == person.coordinator_id,
        Reassignment.state == ReassignmentState.ASKED,
        Reassignment.expires_at > at,
    )
    return {"offers": _count(union_all(offered, asked_to_move))}


def _of_the_agency(person: Person) -> dict[str, ColumnElement[int]]:
    found = items.entries(items.kinds_of(person))
    parts: dict[str, ColumnElement[int]] = {"inbox": select(func.count()).select_from(found).scalar_subquery()}
    if person.may(Permission.CREDENTIAL_VERIFY):
        parts["credentials"] = _count(select(Credential.id).where(Credential.state == CredentialState.SUBMITTED))
    return parts


def _count(rows: Any) -> ColumnElement[int]:
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()
