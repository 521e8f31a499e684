"""Everyone for one shift: those who may take it, best first, and for all others every reason why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.rules import explain, is_eligible, objections
from marketplace.matching.scores import Reason, Score, reasons, score
from marketplace.matching.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may take the shift."""

    facts: CoordinatorFacts
    score: Score
    verdicts: tuple[Verdict, ...]

    def reasons(self) -> list[Reason]:
        """What the card says: caveats first, then at most three good reasons."""
        return reasons(self.score, self.verdicts)


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody who may not take the shift, with every verdict."""

    facts: CoordinatorFacts
    verdicts: tuple[Verdict, ...]

    def objections(self) -> list[Verdict]:
        """Everything that stands in the way."""
        return objections(self.verdicts)

    def reasons(self) -> list[Reason]:
        """What stands in the way, as lines of a card."""
        return reasons(None, self.verdicts)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The eligible by score, the others by how little stands in their way; equal ones by id."""

    eligible: tuple[Candidate, ...]
    ineligible: tuple[Refused, ...]

    def refusals(self) -> Counter[str]:
        """How many coordinators each rule refuses, by the rule's code."""
        return Counter(verdict.rule for refused in self.ineligible for verdict in refused.objections())


def rank(shift: ShiftFacts, coordinators: Iterable[CoordinatorFacts], context: Context) -> Ranking:
    """Judge and order all coordinators for a shift; the order they come in makes no difference."""
    candidates, refused = [], []
    for coordinator in coordinators:
        verdicts = tuple(explain(coordinator, shift, context))
        if is_eligible(verdicts):
            candidates.append(Candidate(coordinator, score(coordinator, shift, context), verdicts))
        else:
            refused.append(Refused(coordinator, verdicts))
    return Ranking(
        eligible=tuple(sorted(candidates, key=lambda one: (-one.score.total, one.facts.id))),
        ineligible=tuple(sorted(refused, key=lambda one: (len(one.objections()), one.facts.id))),
    )
