"""A verdict: what one rule says about one coordinator and one shift, with the fact and the date it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Outcome(StrEnum):
    """A failed rule refuses the pair; a warning is only shown."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer. The sentence may be shown to facility and coordinator alike.

    `datum` is the fact it rests on and may hold what the other side must not see (rates, the reason of a screening hold):
    show it to the agency and to the person it belongs to.
    """

    rule: str
    version: int
    outcome: Outcome
    sentence: str
    datum: str = ""
    datum_date: date | None = None

    @property
    def failed(self) -> bool:
        return self.outcome is Outcome.FAIL

    def as_record(self) -> dict[str, str | int | None]:
        """Plain JSON, to be kept with an assignment."""
        return {
            "rule": self.rule,
            "version": self.version,
            "outcome": self.outcome.value,
            "sentence": self.sentence,
            "datum": self.datum,
            "datum_date": self.datum_date.isoformat() if self.datum_date else None,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, str | int | None]) -> Verdict:
        """The verdict that `as_record` wrote."""
        day = record["datum_date"]
        return cls(
            rule=str(record["rule"]),
            version=int(record["version"] or 0),
            outcome=Outcome(record["outcome"]),
            sentence=str(record["sentence"]),
            datum=str(record["datum"]),
            datum_date=date.fromisoformat(str(day)) if day else None,
        )


def is_eligible(verdicts: Iterable[Verdict]) -> bool:
    """True when no rule refuses; warnings do not stand in the way."""
    return not any(verdict.failed for verdict in verdicts)


def objections(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Everything that stands in the way, in the order of the rules."""
    return [verdict for verdict in verdicts if verdict.failed]
