"""One row of every shape: what a page may meet under one number, told apart by states, kinds and relations left empty."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Enum, Table, select, text

from marketplace import schema  # noqa: F401 - every table is known
from marketplace.db import Base

# The parameters of a route → the table whose rows they name, where it is not the last parameter's own name.
TABLES = {
    "entry_id": "time_entry",
    "invoice_id,line_id": "invoice_line",
    "move_id": "move_request",
    "constraint_id": "match_wish",
    "plan_id": "match_plan",
    "plan_id,shift_id": "plan_pair",
    "agreement_id,rate_id": "rate_row",
    "hold_id": "pay_hold",
    "run_id": "pay_run",
    "transaction_id": "ledger_transaction",
}
# Rows of these are drawn on one page together with those that lean on them, so that their shape counts there too.
TOGETHER = {"invoice_line": ("time_segment_id", "time_segment")}
KINDS = frozenset({"kind", "earn_code", "account", "overtime"})  # told apart by a CHECK, not by an enumeration


def table_of(names: tuple[str, ...]) -> Table | None:
    """The table whose rows these parameters of a route name; None for those without one."""
    tables = Base.metadata.tables
    name = TABLES.get(",".join(names)) or (names[-1].removesuffix("_id") if names else "")
    return tables.get(name) if names and names[-1].endswith("_id") else None


def telling(table: Table) -> list[Column[Any]]:
    """The columns by which one row of a table looks other than the next."""
    return [column for column in table.columns if _is_kind(column) or column.nullable]


@dataclass(frozen=True)
class Shape:
    """A row, and whether no row before it has its states and kinds."""

    key: int
    is_first_of_its_kind: bool


def one_of_each(connection: Connection, table: Table) -> list[Shape]:
    """The fewest rows, the newest first, that show every combination of states and kinds, and within each
    every optional column both filled and empty, as far as the database has them.
    """
    connection.execute(text("RESET ROLE"))
    columns = telling(table)
    asked = select(table.c.id, *columns)
    if table.name in TOGETHER:
        key, name = TOGETHER[table.name]
        other = Base.metadata.tables[name]
        columns = [*columns, *telling(other)]
        asked = select(table.c.id, *columns).outerjoin_from(table, other, table.c[key] == other.c.id)
    chosen, shown = list[Shape](), set[Hashable]()
    for row in connection.execute(asked.order_by(table.c.id.desc())):
        kinds, *features = _features(columns, row[1:])
        if not {kinds, *features} <= shown:
            chosen.append(Shape(row[0], kinds not in shown))
            shown |= {kinds, *features}
    return chosen


def _features(columns: list[Column[Any]], values: Iterable[object]) -> Iterator[Hashable]:
    pairs = list(zip(columns, values, strict=True))
    kinds = tuple(str(value) for column, value in pairs if _is_kind(column))
    yield kinds
    yield from ((kinds, str(column), value is None) for column, value in pairs if not _is_kind(column))


def _is_kind(column: Column[Any]) -> bool:
    return isinstance(column.type, Enum | Boolean) or column.name in KINDS
