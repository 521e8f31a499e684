"""The prices of seats and hours in the last plan, kept in one process for ranking."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from marketplace.catalogue.models import ServiceLine
from marketplace.db import session
from marketplace.eligibility.models import HoursWorth, SeatPrice
from marketplace.eligibility.seat_values import STALE_AFTER, LastPlan, PlannedShift
from marketplace.facilities.models import Facility
from marketplace.kernel import Span
from marketplace.matching.facts import ShiftFacts
from marketplace.matching.index import Index, Opening, Prices
from marketplace.needs.models import Shift


class CurrentPrices:
    """The prices of one process: of the last plan, read for those for whom they are needed."""

    def __init__(self) -> None:
        self._plan_id: int | None = None
        self._prices = Prices()
        self._shifts: dict[int, PlannedShift] = {}

    def for_shifts(
        self, last: LastPlan, index: Index, shifts: Sequence[ShiftFacts], at: datetime
    ) -> Mapping[int, Prices]:
        """Prices for the ranking of each of the shifts that the last plan knows; none when that plan is too old.

        No statement, but one after each plan and one for those who are ranked for the first time since.
        """
        if last.made_at is None or at - last.made_at > STALE_AFTER:
            return {}
        if last.plan_id != self._plan_id:
            self._plan_id, self._prices, self._shifts = last.plan_id, Prices(), _shifts_of(last.plan_id)
        known = [shift for shift in shifts if shift.id in self._shifts]
        self._prices.close(last.closed)
        self._read(self._prices.unknown({int(key) for shift in known for key in index.ids[index.eligible(shift)]}))
        return {shift.id: self._prices for shift in known}

    def _read(self, coordinators: Sequence[int]) -> None:
        if not coordinators:
            return
        rows = session.execute(
            select(HoursWorth.coordinator_id, HoursWorth.openings).where(
                HoursWorth.plan_id == self._plan_id, HoursWorth.coordinator_id.in_(coordinators)
            )
        )
        found = dict(rows.all())
        for key in coordinators:
            self._prices.add(key, [Opening(*one) for one in found.get(key, ())])

    def planned(self, shifts: Collection[int]) -> dict[int, PlannedShift]:
        """Those of these shifts that the last plan knows, by id."""
        return {key: self._shifts[key] for key in shifts if key in self._shifts}


def _shifts_of(plan_id: int | None) -> dict[int, PlannedShift]:
    rows = session.execute(
        select(
            Shift.id, ServiceLine.name, ServiceLine.name_es, Facility.name, Shift.local_day, Shift.starts_at,
            Shift.ends_at, Shift.time_zone,
        )
        .join(SeatPrice, SeatPrice.shift_id == Shift.id)
        .join(ServiceLine, ServiceLine.code == Shift.service_line)
        .join(Facility, Facility.id == Shift.facility_id)
        .where(SeatPrice.plan_id == plan_id)
    )  # fmt: skip
    return {
        key: PlannedShift(name, name_es, facility, day, Span(start, end), zone)
        for key, name, name_es, facility, day, start, end, zone in rows
    }
