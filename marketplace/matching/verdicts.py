"""A verdict: what one rule says about one coordinator and one shift, with the fact and the date it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from marketplace.kernel import Phrase, as_written, kept, unkept
from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts


class Outcome(StrEnum):
    """A failed rule refuses the pair; a warning is only shown."""

    PASS = "pass"  # noqa: S105  (a word, not a secret)
    WARN = "warn"
    FAIL = "fail"


class Verdict(NamedTuple):
    """One rule's answer. The phrase may be shown to facility and coordinator alike.

    `datum` is the fact it rests on, as a value of a phrase. It may hold what the other side must not see (rates, the
    reason of a screening hold, another facility's shift): show it to the agency and to the person it belongs to.
    """

    rule: str
    version: int
    outcome: Outcome
    phrase: Phrase
    datum: object = ""
    datum_date: date | None = None

    @property
    def failed(self) -> bool:
        return self.outcome is Outcome.FAIL

    def as_record(self) -> dict[str, Any]:
        """Plain JSON, to be kept with an assignment."""
        return {
            "rule": self.rule,
            "version": self.version,
            "outcome": self.outcome.value,
            "phrase": self.phrase.as_record(),
            "datum": kept(self.datum),
            "datum_date": self.datum_date.isoformat() if self.datum_date else None,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Verdict:
        """The verdict that `as_record` wrote. One that was kept as an English sentence reads as it was written."""
        day = record["datum_date"]
        return cls(
            rule=str(record["rule"]),
            version=int(record["version"] or 0),
            outcome=Outcome(str(record["outcome"])),
            phrase=Phrase.from_record(record["phrase"]) if "phrase" in record else as_written(record["sentence"]),
            datum=unkept(record["datum"]),
            datum_date=date.fromisoformat(str(day)) if day else None,
        )


class Finding(NamedTuple):
    """The finding of a rule, before it is signed with the rule's code and version."""

    outcome: Outcome
    phrase: Phrase
    datum: object = ""
    datum_date: date | None = None


def passes(phrase: Phrase, datum: object = "", datum_date: date | None = None) -> Finding:
    """The rule is met."""
    return Finding(Outcome.PASS, phrase, datum, datum_date)


def warns(phrase: Phrase, datum: object = "", datum_date: date | None = None) -> Finding:
    """The rule is met, and there is something to know."""
    return Finding(Outcome.WARN, phrase, datum, datum_date)


def fails(phrase: Phrase, datum: object = "", datum_date: date | None = None) -> Finding:
    """The rule refuses the pair."""
    return Finding(Outcome.FAIL, phrase, datum, datum_date)


Check = Callable[[CoordinatorFacts, ShiftFacts, Context], Finding]


@dataclass(frozen=True, slots=True)
class Rule:
    """One hard rule. Whenever the same facts may get another answer than before, the version goes up."""

    code: str
    version: int
    title: str
    description: str
    check: Check

    def __call__(self, coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Verdict:
        return Verdict(self.code, self.version, *self.check(coordinator, shift, context))


def rule(code: str, version: int, title: str, description: str) -> Callable[[Check], Rule]:
    """Make a check into a rule with a name, a version and a sentence for the page that lists all rules."""

    def named(check: Check) -> Rule:
        return Rule(code, version, title, description, check)

    return named


def objections(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Everything that stands in the way, in the order of the rules."""
    return [verdict for verdict in verdicts if verdict.failed]
