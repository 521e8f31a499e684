"""From figures to a PDF: typst sets the templates in `templates/documents/` with the fonts that `fonts.py` finds."""

import json
import unicodedata
from datetime import datetime
from typing import Any, Literal

from marketplace.config import ROOT
from marketplace.documents.fonts import MissingGlyphs, fonts, unprintable

FOLDER = ROOT / "templates" / "documents"
STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: tagged for screen readers. typst then refuses a character that no font has, which it would print as a box."""


def typeset(template: str, data: dict[str, Any], at: datetime) -> bytes:
    """The PDF of `templates/documents/<template>.typ` filled with `data` (plain JSON values).

    What people typed goes in as data and is never read as markup. Nothing is fetched, and the clock is `at`: the same data
    and fonts give the same bytes. Raises MissingGlyphs, with the characters and what to install, when no font has them.
    """
    import typst  # a typesetter of 60 megabytes, which only who sets a document needs

    try:
        return bytes(_set(template, data, at, "pdf"))
    except typst.TypstError as problem:
        if missing := unprintable(problem.diagnostic):
            raise MissingGlyphs(missing) from problem
        raise


def printable(sample: str) -> bool:
    """The fonts of this machine can print all of `sample`."""
    import typst  # as above

    source = '#set document(title: "Sample")\n#sys.inputs.data'
    try:
        typst.compile(source.encode(), font_paths=fonts(), sys_inputs={"data": sample}, pdf_standards=STANDARD)
    except typst.TypstError:
        return False
    return True


def picture(template: str, data: dict[str, Any], at: datetime) -> list[bytes]:
    """The same as PNG pictures, one a page: for people who check how a paper looks."""
    pages = _set(template, data, at, "png")
    return list(pages) if isinstance(pages, list) else [pages]


def _set(template: str, data: dict[str, Any], at: datetime, kind: Literal["pdf", "png"]) -> Any:
    import typst  # as above

    text = unicodedata.normalize("NFC", json.dumps(data, ensure_ascii=False))
    return typst.compile(
        FOLDER / f"{template}.typ",
        root=FOLDER,
        font_paths=fonts(),
        format=kind,
        ppi=110,
        sys_inputs={"data": text},
        timestamp=int(at.timestamp()),
        pdf_standards=STANDARD if kind == "pdf" else [],
    )
