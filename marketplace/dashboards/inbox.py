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
from marketplace.dashboards import inbox_sources as sources
from marketplace.dashboards.inbox_entries import COLUMNS
from marketplace.db.session import session


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


@dataclass(frozen=True)
class Source:
    """Where the entries of a kind come from, and who in the agency gets them: whoever may open the page they lead to."""

    entries: Callable[[], Select[Any]]
    may: Permission


SOURCES: dict[Kind, Source] = {
    Kind.BOOKS: Source(sources.books, Permission.LEDGER_SEE),
    Kind.NO_SHOW: Source(sources.no_shows, Permission.SHIFT_SEE),
    Kind.UNFILLED: Source(sources.unfilled, Permission.SHIFT_SEE),
    Kind.DISPUTE: Source(sources.disputes, Permission.TIMESHEET_SEE),
    Kind.JOB: Source(sources.failed_jobs, Permission.AGENCY_DESK),
    Kind.UNSENT: Source(sources.weeks_not_handed_in, Permission.TIMESHEET_SEE),
    Kind.UNAPPROVED: Source(sources.hours_not_approved, Permission.TIMESHEET_SEE),
    Kind.OVERDUE: Source(sources.invoices_overdue, Permission.INVOICE_SEE),
    Kind.ACTIVATE: Source(sources.to_activate, Permission.CONTRACT_SEE),
    Kind.CREDENTIAL: Source(sources.credentials_waiting, Permission.AGENCY_DESK),
    Kind.EXPIRING: Source(sources.credentials_ending, Permission.AGENCY_DESK),
    Kind.ENDING: Source(sources.contracts_ending, Permission.CONTRACT_SEE),
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


def day_of(entry: Exception_) -> date:
    """The day `noon` stands for."""
    return entry.since.date()
