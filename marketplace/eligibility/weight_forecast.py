"""The open shifts that would have another coordinator first with other weights of the score."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from marketplace.assignments.models import load_options
from marketplace.assignments.queries import taken_seats
from marketplace.db import session
from marketplace.eligibility.assessment import facts_of_shifts
from marketplace.eligibility.index import current_index
from marketplace.matching.facts import ShiftFacts, Weights
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState, ShiftState

if TYPE_CHECKING:  # numpy comes with the index
    from marketplace.matching.index import Index, Prices

LOOKED_AT = 20
"""How many of the next open shifts a preview looks at."""


@dataclass(frozen=True)
class First:
    """The coordinator ranked first for a shift, with their points of 999."""

    coordinator_id: int
    name: str
    points: int


@dataclass(frozen=True)
class WeightForecast:
    """An open shift, and who is first for it now and with the other weights; None where nobody may take it."""

    shift: Shift
    now: First | None
    then: First | None

    @property
    def changes(self) -> bool:
        """Whether somebody else would be first."""
        return (self.now and self.now.coordinator_id) != (self.then and self.then.coordinator_id)


def forecast(other: Weights, at: datetime, most: int = LOOKED_AT) -> list[WeightForecast]:
    """The next open shifts, each with who is first now and who would be. Nothing is kept."""
    shifts = _next_open(at, most)
    with current_index(at, {shift.facility_id for shift in shifts}) as them:
        about = facts_of_shifts(shifts, them.papers)
        index = them.asked_about(about, at)
        context, prices = index.context, them.prices_for(about, at)
        now = list(_firsts(index, about, prices))
        index.renew(replace(context, weights=other))
        then = list(_firsts(index, about, prices))
        index.renew(context)
    return [WeightForecast(*row) for row in zip(shifts, now, then, strict=True)]


def _firsts(index: "Index", shifts: Sequence[ShiftFacts], prices: "Mapping[int, Prices]") -> Iterator[First | None]:
    for shift in shifts:
        best = index.rank(shift, top=1, prices=prices.get(shift.id))
        if len(best.ids):
            key = int(best.ids[0])
            yield First(key, index.facts(index.position(key)).name, int(best.totals[0]))
        else:
            yield None


def _next_open(at: datetime, most: int) -> list[Shift]:
    live = taken_seats()
    return list(
        session.scalars(
            select(Shift)
            .join(Shift.need)
            .where(
                Shift.state == ShiftState.SCHEDULED,
                Shift.starts_at > at,
                Need.state == NeedState.OPEN,
                live < Shift.headcount,
            )
            .order_by(Shift.starts_at, Shift.id)
            .limit(most)
            .options(*load_options())
        )
    )
