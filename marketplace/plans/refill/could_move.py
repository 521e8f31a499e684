"""The coordinators who could take a shift if they gave up one of their own."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from marketplace.matching.facts import BookingFacts, Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.ranking import Ranking, RefusedCandidate
from marketplace.matching.rules import hard_rules
from marketplace.matching.scoring import score

_BY_TIME = frozenset({"overlap", "rest", "weekly_hours"})
"""The rules that may stand in the way of somebody who could move: those about their other shifts."""


@dataclass(frozen=True)
class CouldMove:
    """A coordinator whom only one booking keeps from another shift, and the points of their fit there."""

    person: CoordinatorFacts
    booking: BookingFacts
    points: int


def could_move(
    ranking: Ranking, about: ShiftFacts, context: Context, out: Collection[int], most: int
) -> Iterator[CouldMove]:
    """Each booking that keeps one of the first `most` busy coordinators from the shift, and has not begun.

    `out` holds the ids of those who are not asked.
    """
    busy: Iterable[RefusedCandidate] = (
        one
        for one in ranking.ineligible
        if one.facts.id not in out and {verdict.rule for verdict in one.objections()} <= _BY_TIME
    )
    for one in islice(busy, most):
        for booking in one.facts.bookings:
            if booking.span.start <= context.as_of or booking.shift_id == about.id:
                continue
            without = replace(one.facts, bookings=tuple(each for each in one.facts.bookings if each is not booking))
            if hard_rules.eligible(without, about, context):
                yield CouldMove(one.facts, booking, score(one.facts, about, context).total)
