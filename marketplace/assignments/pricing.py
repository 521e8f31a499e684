"""What seats and hours are worth in the last plan: written when a plan is kept, at hand when somebody is ranked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, insert, or_, select

from marketplace.assignments.models import HoursWorth, SeatPrice
from marketplace.db.session import session
from marketplace.matching.facts import ShiftFacts
from marketplace.matching.index import Index, Opening, Prices
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState, ShiftState

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


class CurrentPrices:
    """The prices of one process: of the last plan, read for whom they are needed."""

    def __init__(self) -> None:
        self._plan = 0
        self._prices = Prices()

    def for_shifts(self, index: Index, shifts: Sequence[ShiftFacts], at: datetime) -> Mapping[int, Prices]:
        """Prices for the ranking of each of the shifts that the last plan knows; none when that plan is too old."""
        last = _last_plan([shift.id for shift in shifts], at)
        known = [shift for shift in shifts if shift.id in last.known]
        if not known or last.made_at is None or at - last.made_at > STALE_AFTER:
            return {}
        if last.plan_id != self._plan:
            self._plan, self._prices = last.plan_id, Prices()
        self._prices.close(last.closed)
        who = {int(key) for shift in known for key in index.ids[index.eligible(shift)]}
        self._read(self._prices.unknown(sorted(who)))
        return dict.fromkeys((shift.id for shift in known), self._prices)

    def _read(self, coordinators: Sequence[int]) -> None:
        if not coordinators:
            return
        rows = session.execute(
            select(HoursWorth.coordinator_id, HoursWorth.openings).where(
                HoursWorth.plan_id == self._plan, HoursWorth.coordinator_id.in_(coordinators)
            )
        )
        found = dict(rows.all())
        for key in coordinators:
            self._prices.tell(key, [Opening(*one) for one in found.get(key, ())])


class _LastPlan(NamedTuple):
    """What the prices at hand are of: which plan, when, which of the shifts asked about it knows, which it knew are gone."""

    plan_id: int
    made_at: datetime | None
    known: frozenset[int]
    closed: frozenset[int]


def _last_plan(shifts: Sequence[int], at: datetime) -> _LastPlan:
    """One statement."""
    all_of = func.array_agg(SeatPrice.shift_id)
    gone = or_(
        Shift.state != ShiftState.SCHEDULED,
        Shift.starts_at <= at,
        Shift.filled_at.is_not(None),
        Need.state != NeedState.OPEN,
    )
    closed = select(all_of).join(Shift, Shift.id == SeatPrice.shift_id).join(Need, Need.id == Shift.need_id).where(gone)
    row = session.execute(
        select(
            select(func.max(SeatPrice.plan_id)).scalar_subquery(),
            select(func.max(SeatPrice.made_at)).scalar_subquery(),
            select(all_of).where(SeatPrice.shift_id.in_(shifts)).scalar_subquery(),
            closed.scalar_subquery(),
        )
    ).one()
    return _LastPlan(row[0] or 0, row[1], frozenset(row[2] or ()), frozenset(row[3] or ()))
