"""Lists for spreadsheets (CSV), in which nothing that somebody typed can become a formula."""

import csv
import io
from collections.abc import Iterable

# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def csv_text(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Rows under their heads as CSV (RFC 4180). Text that would be a formula gets an apostrophe; amounts stay numbers."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([cell_text(cell) for cell in row] for row in rows)
    return stream.getvalue()


def cell_text(cell: object) -> str:
    """One cell; None is empty."""
    text = "" if cell is None else str(cell)
    return "'" + text if text.startswith(FORMULA_STARTS) and not _is_amount(text) else text


def plain_dollars(cents: int) -> str:
    """Cents as a spreadsheet reads dollars: 1234.50, -12.00."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _is_amount(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] == "-" and digits.isascii() and digits.isdigit()
