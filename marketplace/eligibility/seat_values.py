"""The values of seats and hours in the last plan, written when a plan is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ScalarSelect, delete, func, insert, or_, select

from marketplace.db import session
from marketplace.eligibility.models import HoursWorth, SeatPrice
from marketplace.kernel import Span
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState, ShiftState

if TYPE_CHECKING:  # numpy comes with the index
    from marketplace.matching.index import Opening

STALE_AFTER = timedelta(hours=36)
"""Plans are made every night. Where two nights brought none, what the last one knew says nothing any more."""


def keep_prices(
    plan_id: int, made_at: datetime, seats: Mapping[int, int], openings: Mapping[int, Sequence[Opening]]
) -> None:
    """Instead of what was known: a price for a seat of each shift, and what each coordinator could do at these prices.

    `made_at` is the moment whose facts the plan rests on.
    """
    session.execute(delete(SeatPrice).execution_options(synchronize_session=False))
    session.execute(delete(HoursWorth).execution_options(synchronize_session=False))
    if seats:
        session.execute(
            insert(SeatPrice),
            [
                {"shift_id": key, "points": points, "plan_id": plan_id, "made_at": made_at}
                for key, points in seats.items()
            ],
        )
    if openings:
        session.execute(
            insert(HoursWorth),
            [
                {"coordinator_id": key, "plan_id": plan_id, "openings": [list(one) for one in found]}
                for key, found in openings.items()
            ],
        )


class LastPlan(NamedTuple):
    """Of which plan the prices are, when it was made, and which of its shifts are not open any more."""

    plan_id: int | None
    made_at: datetime | None
    closed: frozenset[int]


def last_plan() -> tuple[ScalarSelect[Any], ...]:
    """Three columns for `LastPlan`, to be asked along with something else."""
    gone = or_(Shift.state != ShiftState.SCHEDULED, Shift.filled_at.is_not(None), Need.state != NeedState.OPEN)
    closed = (
        select(func.array_agg(SeatPrice.shift_id))
        .join(Shift, Shift.id == SeatPrice.shift_id)
        .join(Need, Need.id == Shift.need_id)
        .where(gone)
    )
    return (
        select(func.max(SeatPrice.plan_id)).scalar_subquery(),
        select(func.max(SeatPrice.made_at)).scalar_subquery(),
        closed.scalar_subquery(),
    )


class PlannedShift(NamedTuple):
    """The words for a shift that wants a coordinator elsewhere."""

    name: str
    name_es: str
    facility: str
    local_day: date
    span: Span
    time_zone: str
