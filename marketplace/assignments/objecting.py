"""The refusal that names everything the rules have against it, in the language of whoever reads it."""

from collections.abc import Iterable

from marketplace.accounts.models import Person
from marketplace.assignments.disclosing import verdicts_for
from marketplace.assignments.verdict_words import verdict_words
from marketplace.kernel.errors import NotAllowedNow
from marketplace.kernel.phrases import ENGLISH, Language
from marketplace.matching.verdicts import Verdict


class Objections:
    """What rules said, one sentence after another. Kept as they wrote it; read on a page with names for codes."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        self.sentences = [verdict.sentence for verdict in verdicts]

    def read(self, language: Language) -> str:
        """In English as the record keeps it, else as pages show it to whoever reads now."""
        return " ".join(self.sentences if language is ENGLISH else map(verdict_words, self.sentences))


def cannot_take(name: str | None, against: Iterable[Verdict], by: Person | None) -> NotAllowedNow:
    """Why a coordinator cannot take a shift, told to `by`; without a name it is said to the coordinator."""
    against = verdicts_for(by, against)
    if name is None:
        return NotAllowedNow("You cannot take this shift: %(why)s", why=Objections(against))
    return NotAllowedNow("%(name)s cannot take this shift: %(why)s", name=name, why=Objections(against))
