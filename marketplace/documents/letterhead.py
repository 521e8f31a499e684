"""The letterhead that all documents of the agency share, in the language of the document."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from marketplace.config import settings_in_force
from marketplace.kernel import Language, Phrase, long_day, worded


def letterhead(language: Language) -> dict[str, Any]:
    """The agency with the lines where it answers, and the words that `templates/documents/letter.typ` prints."""
    told = settings_in_force()
    return {
        "agency": told.agency_name,
        "agency_lines": [told.mail_from, told.base_url.partition("://")[2]],
        "words": {
            "language": "es" if language.spanish else "en",
            "to": Phrase("Recipient").read(language),
            # Filled in while it is set: only then is it known how many pages there are.
            "page": Phrase("Page %(page)s of %(pages)s", page="{page}", pages="{pages}").read(language),
            "columns": [
                "",
                Phrase("Work").read(language),
                Phrase("Hours").read(language),
                Phrase("Rate").read(language),
                Phrase("Amount").read(language),
            ],
        },
    }


def void_mark(said: Phrase, reason: str, language: Language) -> dict[str, str]:
    """What a void document carries: VOID across every page, and on the first since when and why."""
    return {"word": Phrase("VOID").read(language), "said": said.read(language), "reason": reason}


def in_words(rows: Sequence[tuple[Phrase, object]], language: Language) -> list[tuple[str, str]]:
    """Rows of a document, each a head and what stands beside it, in the language of the document."""
    return [(head.read(language), worded(value, language)) for head, value in rows]


def printed_day(day: date | None, language: Language) -> str:
    """November 24, 2026; empty without a day."""
    return long_day(day, language) if day else ""
