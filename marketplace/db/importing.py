"""Taking a file into the database row by row: good rows go in, bad rows do not, and a second run changes nothing."""

import unicodedata
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from marketplace.db.session import session
from marketplace.kernel.errors import Refusal
from marketplace.kernel.tables import Report, Row, read_rows

T = TypeVar("T")


class Outcome(StrEnum):
    """What keeping a row did."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def take_in(
    data: bytes,
    columns: Sequence[str],
    key: Callable[[Row], tuple[str, str]],
    read: Callable[[Row], T],
    keep: Callable[[T], Outcome],
) -> Report:
    """Take every good row of the file in and report on all of them.

    `key` names the column (for the report) and the value that identifies a row: the same key a second time in the file is
    refused. `read` turns a row into what it means and `keep` writes it; both raise a refusal, whose `field` is the column.
    The caller commits.
    """
    report = Report()
    seen: set[str] = set()
    for row in read_rows(data, columns, report, columns[0]):
        column, name = key(row)
        # Two ways to write the same letters are one key, as they are one in the tables.
        name = unicodedata.normalize("NFC", name)
        if name in seen:
            report.refuse(row, name, column, "This key stands on an earlier line of the file already.")
            continue
        seen.add(name)
        try:
            meant = read(row)
            with session.begin_nested():
                outcome = keep(meant)
        except Refusal as refusal:
            report.refuse(row, name, getattr(refusal, "field", None) or "", refusal.sentence)
        except DBAPIError as problem:
            if problem.connection_invalidated:  # no row is to blame, and nothing can be kept any more
                raise
            report.refuse(row, name, "", "The database cannot hold this row.")
        else:
            setattr(report, outcome, getattr(report, outcome) + 1)
    return report
