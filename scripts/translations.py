"""Keeps the Spanish catalogue: `extract` finds what is new and fuzzy, `compile` writes the file the site reads.

.venv/bin/python scripts/translations.py extract     # after texts have changed; then translate what is empty
.venv/bin/python scripts/translations.py compile     # after translating
.venv/bin/python scripts/translations.py missing     # lists what has no Spanish yet
"""

import io
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from marketplace.kernel import Lifecycle

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "marketplace" / "translations" / "es" / "LC_MESSAGES" / "messages.po"
COMPILED = CATALOGUE.with_suffix(".mo")

METHODS = [
    # What is wrong with the arrays of an instance is told to whoever gave them on the command line, in English.
    ("marketplace/matching/index/**.py", "ignore"),
    ("marketplace/matching/solver/**.py", "ignore"),
    ("marketplace/matching/simulating/**.py", "ignore"),
    ("marketplace/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.mjml", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "N_": None,
    # What the domain says: worded when it is read (marketplace/kernel/phrasing/phrases.py).
    "Phrase": None,
    "Invalid": None,
    "NotPermitted": None,
    "NotAllowedNow": None,
    "NotFound": None,
    "NotYet": None,
    "ChangedMeanwhile": None,
    "PreviewChanged": None,
}


EARLIER = (
    "%(count)s payouts arrived",
    "%(done)s proposals of the published matching plan were undone.",
    "%(offers_count)s offers and %(shifts_count)s shifts recently",
    "The need was canceled with %(shifts)s shifts.",
    "You are paid %(minutes)s minutes for it.",
    "Approved: %(hours)s h for %(name)s.",
    "Approved by itself: %(hours)s h for %(name)s, nobody objected in time.",
    "Disputed: %(hours)s h of %(name)s. %(reason)s",
    "Rejected: %(hours)s h of %(name)s. %(reason)s",
    "Handed in: %(hours)s h in %(shifts)s.",
    "Compensation for a canceled shift: %(hours)s h, %(amount)s.",
    "%(name)s handed in %(count)s shifts, %(hours)s h.",
    "%(facility)s approved %(after)s h instead of %(before)s h.",
    "%(facility)s disputes %(hours)s h of yours.",
    "%(facility)s gave %(hours)s h back to you to correct.",
    "Typical week: %(days)s days, %(hours)s hours.",
    "%(hours)s of %(shift_hours)s hours are outside the stated availability: the local time is %(time)s.",
    "At least %(hours)s hours of rest lie before and after.",
    "Only %(hours)s hours of rest since the shift before, %(time)s; %(needed_hours)s hours are needed.",
    "Only %(hours)s hours of rest until the next shift, %(time)s; %(needed_hours)s hours are needed.",
    "The week of %(day)s reaches %(hours)s of %(most_hours)s hours.",
    "With this shift the week of %(day)s reaches %(hours)s hours; the limit is %(most_hours)s.",
    "%(amount)s taken back by the bank, payable again: %(reason)s",
    "%(name)s cannot work %(shift)s and has cancelled.",
    "%(name)s has moved and works %(shift)s instead of %(held)s.",
    "%(name)s keeps %(held)s and does not move to %(shift)s.",
    "%(name)s moved to %(shift)s.",
    "%(name)s no longer works %(shift)s: the agency has moved somebody, and sees to it that the seat is filled.",
    "%(name)s would move, once the seat is free.",
    "%(shift)s was cancelled.",
    "Approval for %(name)s taken back.",
    "Cancelled shift",
    "Compensation for a cancelled shift of %(day)s",
    "Compensation for a cancelled shift: %(hours)s h, %(amount)s.",
    "Correction: compensation for a cancelled shift of %(day)s",
    "Taken back before it was signed.",
    "The booking of %(name)s for %(shift)s was cancelled by the agency.",
    "The booking of %(name)s for %(shift)s was cancelled by the coordinator.",
    "The booking of %(name)s for %(shift)s was cancelled by the facility.",
    "The booking of %(name)s for %(shift)s was taken back.",
    "The invitation of %(name)s was taken back.",
    "The need was cancelled with %(shifts)s shifts.",
    "The question to %(name)s is over: nobody was moved.",
    "The question to move is over: you keep %(held)s.",
)
"""Texts that are no longer written but stand in records (audit entries, notices, lines of the books): they keep their Spanish."""


def texts() -> Catalog:
    """Every text that is written now or can be read from a record."""
    found = Catalog(charset="utf-8")
    for filename, line, message, comments, context in extract_from_dir(ROOT, METHODS, keywords=KEYWORDS):
        found.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    for life in lives():
        for text in life.texts():
            found.add(text)
    for text in EARLIER:
        found.add(text)
    return found


def lives() -> Iterator[Lifecycle[Any]]:
    """The tables of what can become of things: their refusals are put together from words."""
    for rules in sorted((ROOT / "marketplace").glob("*/rules.py")):
        for thing in vars(import_module(f"marketplace.{rules.parent.name}.rules")).values():
            if isinstance(thing, Lifecycle):
                yield thing


def catalogue() -> Catalog:
    """What has been translated."""
    if not CATALOGUE.exists():
        return Catalog(locale="es", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="es")


def missing() -> list[str]:
    """Texts of the product without a Spanish one."""
    spanish = catalogue()
    lacking = []
    for message in texts():
        if not message.id:
            continue
        known = spanish.get(message.id)
        words = known.string if known is not None and not known.fuzzy else ""
        if not (all(words) if isinstance(words, tuple) else words):
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return lacking


def compiled() -> bytes:
    """The catalogue as the site reads it."""
    file = io.BytesIO()
    write_mo(file, catalogue())
    return file.getvalue()


def save(spanish: Catalog) -> None:
    """Write the catalogue without line numbers, so that moving code does not change it."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(
            file, spanish, sort_output=True, include_lineno=False, no_location=True, ignore_obsolete=True, width=120
        )


def main(act: str) -> None:
    """Do what the command line asks for."""
    if act == "extract":
        spanish = catalogue()
        spanish.update(texts(), no_fuzzy_matching=True)
        save(spanish)
        print(f"{len(missing())} texts have no Spanish yet.")
    elif act == "compile":
        COMPILED.write_bytes(compiled())
    elif act == "missing":
        print("\n".join(missing()))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
