"""Taking a file into the database row by row: good rows go in, bad rows do not, and a second run changes nothing."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from marketplace.db.sessions import session
from marketplace.kernel import CsvRow, Invalid, Refusal, Report, read_rows

T = TypeVar("T")


class ImportOutcome(StrEnum):
    """The effect of keeping a row."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class NotedOutcome:
    """The same, where the person must know that one column of the row changes nothing, and why."""

    outcome: ImportOutcome
    column: str
    sentence: str


Outcomes = Sequence[ImportOutcome | NotedOutcome]


def take_in(
    data: bytes,
    columns: Sequence[str],
    key: Callable[[CsvRow], tuple[str, str]],
    read: Callable[[CsvRow], T],
    keep: Callable[[Sequence[T]], Outcomes],
    at_once: int = 1,
) -> Report:
    """Take every good row of the file in and report on all of them.

    `key` names the column (for the report) and the value that identifies a row: the same key a second time in the file is
    refused. `read` turns a row into what it means and `keep` writes such meanings; both raise a refusal, whose `field` is the
    column. `keep` gets `at_once` rows, and when one of them cannot be kept, each again by itself, so that only the bad ones
    are refused. The caller commits.
    """
    report = Report()
    seen: set[str] = set()
    waiting: list[tuple[CsvRow, str, T]] = []
    for row in read_rows(data, columns, report, columns[0]):
        column, name = key(row)
        # Two ways to write the same letters are one key, as they are one in the tables.
        name = unicodedata.normalize("NFC", name)
        if name in seen:
            report.refuse(row, name, column, "This key stands on an earlier line of the file already.")
            continue
        seen.add(name)
        try:
            waiting.append((row, name, read(row)))
        except Refusal as refusal:
            _refuse(report, row, name, refusal)
        if len(waiting) == at_once:
            _keep_all(waiting, keep, report)
            waiting.clear()
    if waiting:
        _keep_all(waiting, keep, report)
    report.refused.sort(key=lambda refused: refused.line)
    return report


@contextmanager
def named_as_in_file(columns: Mapping[str, str]) -> Iterator[None]:
    """A refusal of a field names the column under which it stands in the file, where that has another name."""
    try:
        yield
    except Invalid as refusal:
        raise refusal.at(columns.get(refusal.field or "", refusal.field)) from None


def _keep_all(rows: Sequence[tuple[CsvRow, str, T]], keep: Callable[[Sequence[T]], Outcomes], report: Report) -> None:
    """Keep the rows in one go, or else one by one, and count what became of them."""
    try:
        with session.begin_nested():
            outcomes = keep([meant for _row, _name, meant in rows])
    except (Refusal, DBAPIError) as problem:
        if isinstance(problem, DBAPIError) and problem.connection_invalidated:
            raise  # no row is to blame, and nothing can be kept any more
        if len(rows) == 1:
            [(row, name, _meant)] = rows
            _refuse(report, row, name, problem)
            return
        for one in rows:
            _keep_all([one], keep, report)
    else:
        for (row, name, _meant), kept in zip(rows, outcomes, strict=True):
            outcome = kept.outcome if isinstance(kept, NotedOutcome) else kept
            if isinstance(kept, NotedOutcome):
                report.note(row, name, kept.column, kept.sentence)
            setattr(report, outcome, getattr(report, outcome) + 1)


def _refuse(report: Report, row: CsvRow, name: str, problem: Refusal | DBAPIError) -> None:
    if isinstance(problem, Refusal):
        report.refuse(row, name, getattr(problem, "field", None) or "", problem.sentence)
    else:
        report.refuse(row, name, "", "The database cannot hold this row.")
