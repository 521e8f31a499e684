"""The agency's inbox: everything that went wrong or soon will, one list, each with the page where something is done about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    Subquery,
    Text,
    bindparam,
    func,
    literal,
    select,
    union_all,
)

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.db import session
from marketplace.inbox import newcomer_sources, sources
from marketplace.inbox.entries import COLUMNS


class InboxKind(StrEnum):
    """The kinds of entry, the most pressing first: the list is in this order."""

    BOOKS = "books"
    LATE = "late"
    NO_SHOW = "no_show"
    UNFILLED = "unfilled"
    DISPUTE = "dispute"
    JOB = "job"
    UNSENT = "unsent"
    UNAPPROVED = "unapproved"
    OVERDUE = "overdue"
    READY_FACILITY = "ready_facility"
    READY_COORDINATOR = "ready_coordinator"
    ACTIVATE = "activate"
    UNSIGNED = "unsigned"
    DRAFT = "draft"
    CREDENTIAL = "credential"
    EXPIRING = "expiring"
    ENDING = "ending"


@dataclass(frozen=True)
class InboxItem:
    """One entry. `since` is when it began, or when it begins or ends (unfilled, expiring, ending); the rest by kind."""

    kind: InboxKind
    key: int
    since: datetime
    who: str | None
    what: str | None
    what_es: str | None
    place: str | None
    zone: str | None
    ends_at: datetime | None
    number: int | None
    """Cents (overdue), minutes (dispute), a count (seats, lines, contradictions), or the id of the other side (agreements)."""


@dataclass(frozen=True)
class InboxSource:
    """The source of the entries of a kind, and the permission that opens the page they lead to."""

    entries: Callable[[], Select[Any]]
    may: Permission


SOURCES: dict[InboxKind, InboxSource] = {
    InboxKind.BOOKS: InboxSource(sources.books, Permission.LEDGER_SEE),
    InboxKind.LATE: InboxSource(sources.late_people, Permission.SHIFT_SEE),
    InboxKind.NO_SHOW: InboxSource(sources.no_shows, Permission.SHIFT_SEE),
    InboxKind.UNFILLED: InboxSource(sources.unfilled, Permission.SHIFT_SEE),
    InboxKind.DISPUTE: InboxSource(sources.disputes, Permission.TIMESHEET_SEE),
    InboxKind.JOB: InboxSource(sources.failed_jobs, Permission.AGENCY_DESK),
    InboxKind.UNSENT: InboxSource(sources.weeks_not_handed_in, Permission.TIMESHEET_SEE),
    InboxKind.UNAPPROVED: InboxSource(sources.hours_not_approved, Permission.TIMESHEET_SEE),
    InboxKind.OVERDUE: InboxSource(sources.invoices_overdue, Permission.INVOICE_SEE),
    InboxKind.READY_FACILITY: InboxSource(newcomer_sources.facilities_ready, Permission.FACILITY_MANAGE),
    InboxKind.READY_COORDINATOR: InboxSource(newcomer_sources.coordinators_ready, Permission.COORDINATOR_MANAGE),
    InboxKind.ACTIVATE: InboxSource(newcomer_sources.to_activate, Permission.CONTRACT_SEE),
    InboxKind.UNSIGNED: InboxSource(newcomer_sources.without_signer, Permission.CONTRACT_MANAGE),
    InboxKind.DRAFT: InboxSource(newcomer_sources.to_send, Permission.CONTRACT_MANAGE),
    InboxKind.CREDENTIAL: InboxSource(sources.credentials_waiting, Permission.AGENCY_DESK),
    InboxKind.EXPIRING: InboxSource(sources.credentials_ending, Permission.AGENCY_DESK),
    InboxKind.ENDING: InboxSource(sources.contracts_ending, Permission.CONTRACT_SEE),
}


def kinds_of(person: Person) -> tuple[InboxKind, ...]:
    """The kinds this person gets."""
    return tuple(kind for kind, source in SOURCES.items() if person.may(source.may))


@cache
def entries(kinds: tuple[InboxKind, ...]) -> Subquery:
    """Every entry of these kinds, for counting and listing; to be executed with `at`."""
    ranks = list(InboxKind)
    return union_all(
        *(
            SOURCES[kind]
            .entries()
            .add_columns(literal(kind.value, Text).label("kind"), literal(ranks.index(kind)).label("rank"))
            for kind in kinds
        )
    ).subquery("exception")


@cache
def _counting(kinds: tuple[InboxKind, ...]) -> Select[Any]:
    found = entries(kinds)
    return select(found.c.kind, func.count()).group_by(found.c.kind, found.c.rank).order_by(found.c.rank)


@cache
def _listing(kinds: tuple[InboxKind, ...]) -> Select[Any]:
    found = entries(kinds)
    return (
        select(found.c.kind, *(found.c[name] for name in COLUMNS))
        .order_by(found.c.rank, found.c.since, found.c.key)
        .limit(bindparam("size", type_=BigInteger))
        .offset(bindparam("skipped", type_=BigInteger))
    )


def counted(person: Person, at: datetime) -> dict[InboxKind, int]:
    """The number of entries of each kind, kinds without any left out, the most pressing first. One statement."""
    return {InboxKind(kind): count for kind, count in session.execute(_counting(kinds_of(person)), {"at": at})}


def listed(person: Person, at: datetime, kind: InboxKind | None, size: int, page: int) -> list[InboxItem]:
    """A page of the list (from 1): the most pressing kinds first, within a kind the oldest or the soonest. One statement."""
    kinds = kinds_of(person)
    if kind is not None:
        kinds = (kind,) if kind in kinds else ()
    if not kinds:
        return []
    rows = session.execute(_listing(kinds), {"at": at, "size": size, "skipped": (page - 1) * size})
    return [InboxItem(InboxKind(row[0]), *row[1:]) for row in rows]


def day_of(entry: InboxItem) -> date:
    """The day `noon` stands for."""
    return entry.since.date()
