"""Reading somebody's CSV file row by row, and the report of what became of each row."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from marketplace.kernel.errors import Invalid

LONGEST_SHOWN = 80


@dataclass(frozen=True)
class Row:
    """One row: the line of the file it begins on (the header is line 1) and its text by column."""

    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column].strip()


@dataclass(frozen=True)
class RefusedRow:
    """A row that did not go in, and why."""

    line: int
    key: str
    column: str
    value: str
    reason: str


@dataclass
class Report:
    """What became of a file. Rows not counted in `refused` are in the database as the file says."""

    inserted: int = 0
    unchanged: int = 0
    updated: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    def refuse(self, row: Row, key: str, column: str, reason: str) -> None:
        """Note that `row` did not go in because of `column`; its value is shown shortened and printable."""
        value = row.values.get(column, "")
        self.refused.append(RefusedRow(row.line, printable(key), column, printable(value), reason))

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON."""
        return asdict(self)


def printable(text: str) -> str:
    """`text` as it can stand in a report: no control characters, not longer than a line."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1] + "…"


def read_rows(data: bytes, columns: Sequence[str], report: Report, key: str) -> Iterator[Row]:
    """The rows of a UTF-8 file with a header; rows that are no rows are refused in `report`.

    Columns may come in any order and there may be more of them. Raises Invalid when the file has no such header. Bytes
    that are not UTF-8 become lone surrogates, which the reading of each value refuses.
    """
    text = data.decode("utf-8-sig", errors="surrogateescape")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader, [])
    names = [name.strip() for name in header]
    missing = [column for column in columns if column not in names]
    if missing:
        raise Invalid(f"The file has no column {', '.join(missing)}. It needs: {', '.join(columns)}.")
    if len(set(names)) < len(names):
        raise Invalid("Two columns of the file have the same name.")
    begins = reader.line_num + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            report.refuse(Row(begins, {}), "", "", "This line is not CSV: look for an unclosed quotation mark.")
            begins = reader.line_num + 1
            continue
        line, begins = begins, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        values = dict(zip(names, cells, strict=False))
        if len(cells) != len(names):
            shown = Row(line, values)
            report.refuse(shown, values.get(key, ""), "", f"The row has {len(cells)} cells, the header {len(names)}.")
            continue
        yield Row(line, values)
