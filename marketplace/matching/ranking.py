"""Everyone for one shift: those who may take it, best first, and for all others every reason why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Generic, TypeVar, overload

from marketplace.matching.disclosure import score_for_facility, verdicts_for_facility
from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.rules.hard_rules import eligible, explain
from marketplace.matching.scoring import Reason, Score, reasons, score
from marketplace.matching.verdicts import Verdict, objections

if TYPE_CHECKING:  # numpy comes with the index
    from marketplace.matching.index import Prices


@dataclass(frozen=True)
class Candidate:
    """Somebody who may take the shift. Verdicts and the words of the score are worked out when they are shown."""

    facts: CoordinatorFacts
    shift: ShiftFacts
    context: Context
    opportunity_cost: int = 0
    """Points, 0 to 999, that their hours bring elsewhere at the prices of the last plan: the order is by the score less these."""
    prices: Prices | None = None
    for_facility: bool = False
    """Whether score and verdicts are worded for a facility, which may not learn of the coordinator's own choices."""

    @cached_property
    def score(self) -> Score:
        """Their score, part by part; the opportunity cost is no part of it."""
        found = score(self.facts, self.shift, self.context)
        return score_for_facility(found) if self.for_facility else found

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every rule's answer."""
        found = explain(self.facts, self.shift, self.context)
        return tuple(verdicts_for_facility(found) if self.for_facility else found)

    @cached_property
    def instead(self) -> int | None:
        """The id of the shift they are wanted for most beside this one; None where their hours cost nothing."""
        wanted = self.prices.instead(self.facts, self.shift) if self.prices and self.opportunity_cost else None
        return wanted.shift_id if wanted else None

    def reasons(self) -> list[Reason]:
        """The lines of the card: caveats first, then at most three good reasons."""
        return reasons(self.score, self.verdicts)


@dataclass(frozen=True)
class RefusedCandidate:
    """Somebody who may not take the shift, with every verdict."""

    facts: CoordinatorFacts
    shift: ShiftFacts
    context: Context
    for_facility: bool = False

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every rule's answer."""
        found = explain(self.facts, self.shift, self.context)
        return tuple(verdicts_for_facility(found) if self.for_facility else found)

    def objections(self) -> list[Verdict]:
        """Every verdict that refuses."""
        return objections(self.verdicts)

    def reasons(self) -> list[Reason]:
        """The objections, as lines of a card."""
        return reasons(None, self.verdicts)


T = TypeVar("T")


class RankedCandidate(Sequence[T], Generic[T]):
    """A long list of which a page shows little: each entry is made when it is looked at."""

    def __init__(self, length: int, make: Callable[[int], T]) -> None:
        self._numbers, self._make = range(length), make

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        if isinstance(at, slice):
            return [self._make(number) for number in self._numbers[at]]
        return self._make(self._numbers[at])

    def __iter__(self) -> Iterator[T]:
        return map(self._make, self._numbers)


@dataclass(frozen=True)
class Ranking:
    """The eligible by score, the others by how little stands in their way; equal ones by id."""

    eligible: Sequence[Candidate]
    ineligible: Sequence[RefusedCandidate]
    counts: Counter[str]
    """How many coordinators each rule refuses, by the rule's code."""

    def nearest(self, most: int) -> list[RefusedCandidate]:
        """At most so many of those who miss only one thing."""
        return list(takewhile(lambda one: len(one.objections()) == 1, self.ineligible[:most]))


NOBODY = Ranking((), (), Counter())


def rank(shift: ShiftFacts, coordinators: Iterable[CoordinatorFacts], context: Context) -> Ranking:
    """Judge and order these coordinators for a shift; the order they come in makes no difference."""
    candidates, refused = [], []
    for coordinator in coordinators:
        if eligible(coordinator, shift, context):
            candidates.append(Candidate(coordinator, shift, context))
        else:
            refused.append(RefusedCandidate(coordinator, shift, context))
    return Ranking(
        eligible=tuple(sorted(candidates, key=lambda one: (-one.score.total, one.facts.id))),
        ineligible=tuple(sorted(refused, key=lambda one: (len(one.objections()), one.facts.id))),
        counts=Counter(verdict.rule for one in refused for verdict in one.objections()),
    )
