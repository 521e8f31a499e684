"""Files a page hands out: lists for spreadsheets, and papers."""

import re
from collections.abc import Iterable

from flask import Response

from marketplace.kernel import csv_text

MOST_EXPORTED = 20_000
"""Rows of a list at most, when it is taken as a file."""


def csv_download(name: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> Response:
    """`name`.csv; the mark at its beginning tells spreadsheets that it is UTF-8."""
    return text_download(f"{name}.csv", "\ufeff" + csv_text(head, rows))


def text_download(name: str, csv: str) -> Response:
    """A list that is ready, for another machine: without the mark, which banks do not expect."""
    return _file(csv.encode(), name, "text/csv; charset=utf-8", "attachment")


def pdf_download(name: str, pdf: bytes, sha256: str) -> Response:
    """`name`.pdf, shown in the browser; its hash is its ETag."""
    response = _file(pdf, f"{name}.pdf", "application/pdf", "inline")
    response.set_etag(sha256)
    return response


def _file(content: bytes, name: str, kind: str, how: str) -> Response:
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'{how}; filename="{safe}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
