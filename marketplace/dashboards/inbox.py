"""The agency's inbox: everything that went wrong or soon will, one list, each with the page where something is done about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment
from marketplace.assignments.queries import taken_seats
from marketplace.assignments.rules import AssignmentState
from marketplace.billing.models import Invoice
from marketplace.billing.queries import remaining_cents, standing_is
from marketplace.catalogue.models import CredentialType, ServiceLine
from marketplace.contracts.models import Agreement
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.dashboards.rules import ENDING_DAYS, SUBMIT_WITHIN_HOURS, UNFILLED_HOURS
from marketplace.db.jobs import failed_job
from marketplace.db.session import session
from marketplace.facilities.models import Facility
from marketplace.ledger.models import BooksCheck
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState, ShiftState
from marketplace.timesheets.models import TimeEntry, Timesheet
from marketplace.timesheets.queries import WAITING
from marketplace.timesheets.rules import APPROVAL_WINDOW, LineState, TimesheetState


class Kind(StrEnum):
    """What can be wrong, the most pressing first: the list is in this order."""

    BOOKS = "books"
    NO_SHOW = "no_show"
    UNFILLED = "unfilled"
    DISPUTE = "dispute"
    JOB = "job"
    UNSENT = "unsent"
    UNAPPROVED = "unapproved"
    OVERDUE = "overdue"
    ACTIVATE = "activate"
    CREDENTIAL = "credential"
    EXPIRING = "expiring"
    ENDING = "ending"


@dataclass(frozen=True)
class Exception_:  # noqa: N801 - "exception" is the field's word, and Python has taken it
    """One entry. `since` is when it began, or when it begins or ends (unfilled, expiring, ending); the rest by kind."""

    kind: Kind
    key: int
    since: datetime
    who: str | None
    what: str | None
    what_es: str | None
    place: str | None
    zone: str | None
    ends_at: datetime | None
    number: int | None
    """Cents (overdue), minutes (dispute), a count (seats, lines, contradictions), or the id of the coordinator."""


COLUMNS = ("key", "since", "who", "what", "what_es", "place", "zone", "ends_at", "number")
TYPES: tuple[Any, ...] = (
    BigInteger,
    DateTime(timezone=True),
    Text,
    Text,
    Text,
    Text,
    Text,
    DateTime(timezone=True),
    BigInteger,
)


AT = bindparam("at", type_=DateTime(timezone=True))
"""The moment the list is of: the statement is always the same, so it is put together once and asked with this."""


def _entries(**given: Any) -> Select[Any]:
    """A select of the columns every kind has; what a kind does not have is empty.

    Names come by outer joins on keys: where nothing but the count is asked for, PostgreSQL leaves those joins out.
    """
    columns: list[Any] = [
        cast(given.get(name, null()), kind).label(name) for name, kind in zip(COLUMNS, TYPES, strict=True)
    ]
    return select(*columns)


def _credentials_waiting() -> Select[Any]:
    return (
        _entries(
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


def _credentials_ending() -> Select[Any]:
    """Also those already over, as long as nothing took their place: her shifts are refused until then."""
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
        _entries(
            key=Credential.id,
            since=_noon(Credential.expires_on),
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
            Credential.expires_on <= cast(AT + timedelta(days=ENDING_DAYS), Date),
            Credential.expires_on >= cast(AT - timedelta(days=ENDING_DAYS), Date),
            Coordinator.state == CoordinatorState.ACTIVE,
            ~renewed,
        )
    )


def _unfilled() -> Select[Any]:
    live = taken_seats()
    return (
        _entries(
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
            Shift.starts_at <= AT + timedelta(hours=UNFILLED_HOURS),
            Shift.state == ShiftState.SCHEDULED,
            Need.state == NeedState.OPEN,
            live < Shift.headcount,
        )
    )


def _no_shows() -> Select[Any]:
    return (
        _entries(
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
        .where(Assignment.state == AssignmentState.NO_SHOW)
    )


def _weeks_not_handed_in() -> Select[Any]:
    week_ended = func.timezone(Timesheet.time_zone, cast(Timesheet.week + 7, DateTime(timezone=False)))
    unsent = and_(TimeEntry.state == LineState.PENDING, TimeEntry.submitted_at.is_(None))
    return (
        _entries(
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
            week_ended < AT - timedelta(hours=SUBMIT_WITHIN_HOURS),
        )
        .group_by(Timesheet.id, Facility.name, Person.name)
    )


def _hours_not_approved() -> Select[Any]:
    """By facility: past half of the window its approvers have been reminded."""
    return (
        _entries(
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


def _disputes() -> Select[Any]:
    return (
        _entries(
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
        .where(TimeEntry.state == LineState.DISPUTED)
    )


def _invoices_overdue() -> Select[Any]:
    return (
        _entries(
            key=Invoice.id,
            since=_noon(Invoice.due_on),
            what=Invoice.number,
            what_es=Invoice.number,
            place=Facility.name,
            zone=Facility.time_zone,
            number=remaining_cents(),
        )
        .select_from(Invoice)
        .outerjoin(Invoice.facility)
        .where(standing_is("overdue", AT))
    )


def _agreements() -> Select[Any]:
    return (
        _entries(
            key=Agreement.id,
            since=Agreement.signed_at,
            who=Person.name,
            what=cast(Agreement.kind, Text),
            what_es=cast(Agreement.kind, Text),
            place=Facility.name,
        )
        .select_from(Agreement)
        .outerjoin(Agreement.facility)
        .outerjoin(Agreement.coordinator)
        .outerjoin(Coordinator.person)
    )


def _to_activate() -> Select[Any]:
    return _agreements().where(Agreement.state == AgreementState.SIGNED)


def _contracts_ending() -> Select[Any]:
    successor = aliased(Agreement)
    followed = (
        select(successor.id)
        .where(successor.supersedes_id == Agreement.id, successor.state == AgreementState.SIGNED)
        .exists()
    )
    return (
        _entries(
            key=Agreement.id,
            since=_noon(Agreement.effective_until),
            who=Person.name,
            what=cast(Agreement.kind, Text),
            what_es=cast(Agreement.kind, Text),
            place=Facility.name,
        )
        .select_from(Agreement)
        .outerjoin(Agreement.facility)
        .outerjoin(Agreement.coordinator)
        .outerjoin(Coordinator.person)
        .where(
            Agreement.state == AgreementState.ACTIVE,
            Agreement.effective_until <= cast(AT + timedelta(days=ENDING_DAYS), Date),
            ~followed,
        )
    )


def _failed_jobs() -> Select[Any]:
    return _entries(
        key=failed_job.c.id,
        since=func.coalesce(failed_job.c.failed_at, AT),
        what=failed_job.c.task_name,
        what_es=failed_job.c.task_name,
        number=failed_job.c.attempts,
    ).select_from(failed_job)


def _books() -> Select[Any]:
    """The last recount, when it found that something does not hold."""
    last = select(func.max(BooksCheck.id)).scalar_subquery()
    return (
        _entries(key=BooksCheck.id, since=BooksCheck.checked_at, number=func.cardinality(BooksCheck.broken))
        .select_from(BooksCheck)
        .where(BooksCheck.id == last, func.cardinality(BooksCheck.broken) > 0)
    )


@dataclass(frozen=True)
class Source:
    """Where the entries of a kind come from, and who in the agency gets them: whoever may open the page they lead to."""

    entries: Callable[[], Select[Any]]
    may: Permission


SOURCES: dict[Kind, Source] = {
    Kind.BOOKS: Source(_books, Permission.LEDGER_SEE),
    Kind.NO_SHOW: Source(_no_shows, Permission.SHIFT_SEE),
    Kind.UNFILLED: Source(_unfilled, Permission.SHIFT_SEE),
    Kind.DISPUTE: Source(_disputes, Permission.TIMESHEET_SEE),
    Kind.JOB: Source(_failed_jobs, Permission.AGENCY_DESK),
    Kind.UNSENT: Source(_weeks_not_handed_in, Permission.TIMESHEET_SEE),
    Kind.UNAPPROVED: Source(_hours_not_approved, Permission.TIMESHEET_SEE),
    Kind.OVERDUE: Source(_invoices_overdue, Permission.INVOICE_SEE),
    Kind.ACTIVATE: Source(_to_activate, Permission.CONTRACT_SEE),
    Kind.CREDENTIAL: Source(_credentials_waiting, Permission.AGENCY_DESK),
    Kind.EXPIRING: Source(_credentials_ending, Permission.AGENCY_DESK),
    Kind.ENDING: Source(_contracts_ending, Permission.CONTRACT_SEE),
}


def kinds_of(person: Person) -> tuple[Kind, ...]:
    """The kinds this person gets."""
    return tuple(kind for kind, source in SOURCES.items() if person.may(source.may))


@cache
def entries(kinds: tuple[Kind, ...]) -> Subquery:
    """Every entry of these kinds, for counting and listing; to be executed with `at`."""
    ranks = list(Kind)
    return union_all(
        *(
            SOURCES[kind]
            .entries()
            .add_columns(literal(kind.value, Text).label("kind"), literal(ranks.index(kind)).label("rank"))
            for kind in kinds
        )
    ).subquery("exception")


@cache
def _counting(kinds: tuple[Kind, ...]) -> Select[Any]:
    found = entries(kinds)
    return select(found.c.kind, func.count()).group_by(found.c.kind, found.c.rank).order_by(found.c.rank)


@cache
def _listing(kinds: tuple[Kind, ...]) -> Select[Any]:
    found = entries(kinds)
    return (
        select(found.c.kind, *(found.c[name] for name in COLUMNS))
        .order_by(found.c.rank, found.c.since, found.c.key)
        .limit(bindparam("size", type_=BigInteger))
        .offset(bindparam("skipped", type_=BigInteger))
    )


def counted(person: Person, at: datetime) -> dict[Kind, int]:
    """How many of each kind there are, kinds without any left out, the most pressing first. One statement."""
    return {Kind(kind): count for kind, count in session.execute(_counting(kinds_of(person)), {"at": at})}


def listed(person: Person, at: datetime, kind: Kind | None, size: int, page: int) -> list[Exception_]:
    """A page of the list (from 1): the most pressing kinds first, within a kind the oldest or the soonest. One statement."""
    kinds = kinds_of(person)
    if kind is not None:
        kinds = (kind,) if kind in kinds else ()
    if not kinds:
        return []
    rows = session.execute(_listing(kinds), {"at": at, "size": size, "skipped": (page - 1) * size})
    return [Exception_(Kind(row[0]), *row[1:]) for row in rows]


def _noon(day: Any) -> ColumnElement[datetime]:
    """A day without an hour, as an instant that is on that day in every zone of the United States."""
    return func.timezone("UTC", cast(day, DateTime(timezone=False)) + timedelta(hours=12))


def day_of(entry: Exception_) -> date:
    """The day `_noon` stands for."""
    return entry.since.date()
