"""From figures to a PDF: typst sets the templates in `templates/documents/`, with the fonts that lie beside them."""

import json
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from marketplace.config import ROOT

if TYPE_CHECKING:
    import typst

FOLDER = ROOT / "templates" / "documents"


def typeset(template: str, data: dict[str, Any], at: datetime) -> bytes:
    """The PDF of `templates/documents/<template>.typ` filled with `data` (plain JSON values).

    What people typed goes in as data and is never read as markup. Nothing is fetched, the machine's own fonts are not
    used, and the clock is `at`: the same data give the same bytes everywhere.
    """
    return bytes(_set(template, data, at, "pdf"))


def picture(template: str, data: dict[str, Any], at: datetime) -> list[bytes]:
    """The same as PNG pictures, one a page: for people who check how a paper looks."""
    pages = _set(template, data, at, "png")
    return list(pages) if isinstance(pages, list) else [pages]


def _set(template: str, data: dict[str, Any], at: datetime, kind: Literal["pdf", "png"]) -> Any:
    import typst  # a typesetter of 60 megabytes, which only who sets a paper needs

    return typst.compile(
        FOLDER / f"{template}.typ",
        root=FOLDER,
        font_paths=_fonts(),
        format=kind,
        ppi=110,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
    )


@cache
def _fonts() -> "typst.Fonts":
    import typst  # as above

    return typst.Fonts(include_system_fonts=False, font_paths=[str(FOLDER / "fonts")])
