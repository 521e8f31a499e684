"""The sources of the agency's inbox: one select for each kind of entry."""

from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Select,
    and_,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.assignments.queries import taken_seats
from marketplace.assignments.rules import AHEAD_STATES, LATE_AFTER, AssignmentState
from marketplace.billing.models import Invoice
from marketplace.billing.queries import remaining_cents, status_is
from marketplace.catalogue.models import CredentialType, ServiceLine
from marketplace.contracts.models import Agreement
from marketplace.contracts.rules import CONTRACT_ENDS_SOON, AgreementState
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CREDENTIAL_ENDS_SOON, CredentialState
from marketplace.db import failed_job
from marketplace.facilities.models import Facility
from marketplace.inbox.entries import AT, entries_of, noon
from marketplace.inbox.newcomer_sources import agreements_of
from marketplace.ledger.models import BooksCheck
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import AGENCY_ACTS_WITHIN, NeedState, ShiftState
from marketplace.timesheets.models import TimeEntry, Timesheet
from marketplace.timesheets.queries import WAITING
from marketplace.timesheets.rules import APPROVAL_WINDOW, SUBMIT_WITHIN, EntryState, TimesheetState


def credentials_waiting() -> Select[Any]:
    return (
        entries_of(
            key=Credential.id,
            since=Credential.submitted_at,
            who=Person.name,
            what=CredentialType.name,
            what_es=CredentialType.name_es,
            place=Credential.region,
        )
        .select_from(Credential)
        .outerjoin(Credential.kind)
        .outerjoin(Credential.coordinator)
        .outerjoin(Coordinator.person)
        .where(Credential.state == CredentialState.SUBMITTED)
    )


def credentials_ending() -> Select[Any]:
    """Also those already over, as long as nothing took their place: the coordinator's shifts are refused until then."""
    newer = aliased(Credential)
    renewed = (
        select(newer.id)
        .where(
            newer.coordinator_id == Credential.coordinator_id,
            newer.type == Credential.type,
            newer.region == Credential.region,
            newer.id != Credential.id,
            newer.state == CredentialState.VERIFIED,
            or_(newer.expires_on.is_(None), newer.expires_on > Credential.expires_on),
        )
        .exists()
    )
    return (
        entries_of(
            key=Credential.id,
            since=noon(Credential.expires_on),
            who=Person.name,
            what=CredentialType.name,
            what_es=CredentialType.name_es,
            place=Credential.region,
            number=Coordinator.id,
        )
        .select_from(Credential)
        .outerjoin(Credential.kind)
        .join(Credential.coordinator)
        .outerjoin(Coordinator.person)
        .where(
            Credential.state == CredentialState.VERIFIED,
            Credential.expires_on <= cast(AT + CREDENTIAL_ENDS_SOON, Date),
            Credential.expires_on >= cast(AT - CREDENTIAL_ENDS_SOON, Date),
            Coordinator.state == CoordinatorState.ACTIVE,
            ~renewed,
        )
    )


def unfilled() -> Select[Any]:
    live = taken_seats()
    return (
        entries_of(
            key=Shift.id,
            since=Shift.starts_at,
            what=ServiceLine.name,
            what_es=ServiceLine.name_es,
            place=Facility.name,
            zone=Shift.time_zone,
            ends_at=Shift.ends_at,
            number=Shift.headcount - live,
        )
        .select_from(Shift)
        .join(Shift.need)
        .outerjoin(Shift.line)
        .outerjoin(Shift.facility)
        .where(
            Shift.starts_at > AT,
            Shift.starts_at <= AT + AGENCY_ACTS_WITHIN,
            Shift.state == ShiftState.SCHEDULED,
            Need.state == NeedState.OPEN,
            live < Shift.headcount,
        )
    )


def late_people() -> Select[Any]:
    """Bookings whose shift goes on without a press of the clock."""
    return _bookings().where(
        Assignment.state.in_(AHEAD_STATES), Assignment.starts_at <= AT - LATE_AFTER, Assignment.ends_at > AT
    )


def no_shows() -> Select[Any]:
    return _bookings().where(Assignment.state == AssignmentState.NO_SHOW)


def _bookings() -> Select[Any]:
    return (
        entries_of(
            key=Assignment.id,
            since=Assignment.starts_at,
            who=Person.name,
            what=ServiceLine.name,
            what_es=ServiceLine.name_es,
            place=Facility.name,
            zone=Shift.time_zone,
            ends_at=Assignment.ends_at,
        )
        .select_from(Assignment)
        .outerjoin(Assignment.shift)
        .outerjoin(Shift.line)
        .outerjoin(Assignment.facility)
        .outerjoin(Assignment.coordinator)
        .outerjoin(Coordinator.person)
    )


def weeks_not_handed_in() -> Select[Any]:
    week_ended = func.timezone(Timesheet.time_zone, cast(Timesheet.week + 7, DateTime(timezone=False)))
    unsent = and_(TimeEntry.state == EntryState.PENDING, TimeEntry.submitted_at.is_(None))
    return (
        entries_of(
            key=Timesheet.id,
            since=week_ended,
            who=Person.name,
            place=Facility.name,
            zone=Timesheet.time_zone,
            number=func.sum(TimeEntry.paid_minutes),
        )
        .select_from(Timesheet)
        .join(Timesheet.entries)
        .outerjoin(Timesheet.facility)
        .outerjoin(Timesheet.coordinator)
        .outerjoin(Coordinator.person)
        .where(
            Timesheet.state.in_((TimesheetState.OPEN, TimesheetState.REJECTED)),
            unsent,
            week_ended < AT - SUBMIT_WITHIN,
        )
        .group_by(Timesheet.id, Facility.name, Person.name)
    )


def hours_not_approved() -> Select[Any]:
    """By facility: past half of the window its approvers have been reminded."""
    return (
        entries_of(
            key=TimeEntry.facility_id,
            since=func.min(TimeEntry.submitted_at),
            place=Facility.name,
            zone=Facility.time_zone,
            number=func.count(),
        )
        .select_from(TimeEntry)
        .join(Facility, Facility.id == TimeEntry.facility_id)
        .where(WAITING, TimeEntry.submitted_at <= AT - APPROVAL_WINDOW / 2)
        .group_by(TimeEntry.facility_id, Facility.name, Facility.time_zone)
    )


def disputes() -> Select[Any]:
    return (
        entries_of(
            key=TimeEntry.id,
            since=func.coalesce(TimeEntry.decided_at, TimeEntry.submitted_at, TimeEntry.ends_at),
            who=Person.name,
            place=Facility.name,
            zone=Facility.time_zone,
            number=TimeEntry.paid_minutes,
        )
        .select_from(TimeEntry)
        .outerjoin(Facility, Facility.id == TimeEntry.facility_id)
        .outerjoin(Coordinator, Coordinator.id == TimeEntry.coordinator_id)
        .outerjoin(Coordinator.person)
        .where(TimeEntry.state == EntryState.DISPUTED)
    )


def invoices_overdue() -> Select[Any]:
    return (
        entries_of(
            key=Invoice.id,
            since=noon(Invoice.due_on),
            what=Invoice.number,
            what_es=Invoice.number,
            place=Facility.name,
            zone=Facility.time_zone,
            number=remaining_cents(),
        )
        .select_from(Invoice)
        .outerjoin(Invoice.facility)
        .where(status_is("overdue", AT))
    )


def contracts_ending() -> Select[Any]:
    successor = aliased(Agreement)
    followed = (
        select(successor.id)
        .where(successor.supersedes_id == Agreement.id, successor.state == AgreementState.SIGNED)
        .exists()
    )
    return agreements_of(noon(Agreement.effective_until)).where(
        Agreement.state == AgreementState.ACTIVE,
        Agreement.effective_until <= cast(AT + CONTRACT_ENDS_SOON, Date),
        ~followed,
    )


def failed_jobs() -> Select[Any]:
    return entries_of(
        key=failed_job.c.id,
        since=func.coalesce(failed_job.c.failed_at, AT),
        what=failed_job.c.task_name,
        what_es=failed_job.c.task_name,
        number=failed_job.c.attempts,
    ).select_from(failed_job)


def books() -> Select[Any]:
    """The last recount, when it found that something does not hold."""
    last = select(func.max(BooksCheck.id)).scalar_subquery()
    return (
        entries_of(key=BooksCheck.id, since=BooksCheck.checked_at, number=func.cardinality(BooksCheck.broken))
        .select_from(BooksCheck)
        .where(BooksCheck.id == last, func.cardinality(BooksCheck.broken) > 0)
    )
