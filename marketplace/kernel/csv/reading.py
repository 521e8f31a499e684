"""Reading somebody's CSV file row by row, and the report of what became of each row."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from marketplace.kernel.errors import Invalid

LONGEST_SHOWN = 80


@dataclass(frozen=True)
class CsvRow:
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


@dataclass(frozen=True)
class NotedRow:
    """A row that went in, and one column of it that changes nothing, with the reason."""

    line: int
    key: str
    column: str
    value: str
    note: str


@dataclass
class Report:
    """The result of reading a file. Rows not counted in `refused` are in the database as the file says, save what is `noted`."""

    inserted: int = 0
    unchanged: int = 0
    updated: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    noted: list[NotedRow] = field(default_factory=list)

    def refuse(self, row: CsvRow, key: str, column: str, reason: str) -> None:
        """Note that `row` did not go in because of `column`; its value is shown shortened and printable."""
        value = row.values.get(column, "")
        self.refused.append(RefusedRow(row.line, printable(key), column, printable(value), reason))

    def note(self, row: CsvRow, key: str, column: str, sentence: str) -> None:
        """Say that `column` of a row that went in changes nothing; its value is shown shortened and printable."""
        value = row.values.get(column, "")
        self.noted.append(NotedRow(row.line, printable(key), column, printable(value), sentence))

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON."""
        return asdict(self)


def printable(text: str) -> str:
    """`text` as it can stand in a report: no control characters, not longer than a line."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1] + "…"


def read_rows(data: bytes, columns: Sequence[str], report: Report, key: str) -> Iterator[CsvRow]:
    """The rows of a UTF-8 file with a header; rows that are no rows are refused in `report`.

    Columns may come in any order and there may be more of them; cells beyond the header that hold nothing, as
    spreadsheets leave them, do not count. A line that is not CSV is refused alone: reading goes on at the next line, so
    that an unclosed quotation mark swallows nothing. Raises Invalid when the file has no such header. Bytes that are not
    UTF-8 become lone surrogates, which the reading of each value refuses.
    """
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise Invalid("The file is UTF-16. Save it as CSV in UTF-8.")
    lines = io.StringIO(data.decode("utf-8-sig", errors="surrogateescape"), newline="").readlines()
    found = _records(lines)
    begins, header = next(found, (1, []))
    names = [name.strip() for name in header or []]
    while names and not names[-1]:
        names.pop()
    missing = [column for column in columns if column not in names]
    if missing:
        raise Invalid(
            "The file has no column %(missing)s. Its first line names the columns, separated by commas; it needs: %(all)s.",
            missing=", ".join(missing),
            all=", ".join(columns),
        )
    if len(set(names)) < len(names):
        raise Invalid("Two columns of the file have the same name.")
    for begins, cells in found:
        if cells is None:
            reason = "This line is not CSV: look for an unclosed quotation mark, or a cell without end."
            report.refuse(CsvRow(begins, {}), "", "", reason)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        while len(cells) > len(names) and not cells[-1].strip():
            cells.pop()
        values = dict(zip(names, cells, strict=False))
        if len(cells) != len(names):
            shown = CsvRow(begins, values)
            report.refuse(shown, values.get(key, ""), "", f"The row has {len(cells)} cells, the header {len(names)}.")
            continue
        yield CsvRow(begins, values)


def _records(lines: Sequence[str]) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the line it begins on (the first is 1), or None for a line that begins none."""
    at = 0
    while at < len(lines):
        reader = csv.reader(islice(lines, at, None), strict=True)
        begins = at
        try:
            for cells in reader:
                yield begins + 1, cells
                begins = at + reader.line_num
            return
        except csv.Error:
            yield begins + 1, None
            at = begins + 1
