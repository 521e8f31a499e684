"""The record of coordinators (shifts, offers, reliability) and their busy time, read in one statement."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Select, and_, cast, func, literal, null, select, union_all

from marketplace.assignments.models import Assignment, CancelledBy, Offer, OfferKind
from marketplace.assignments.rules import LIVE_STATES, AssignmentState
from marketplace.coordinators.models import TimeOff
from marketplace.db import session
from marketplace.kernel import Span
from marketplace.matching.facts import BookingFacts

FAIRNESS_PERIOD = timedelta(days=28)
RELIABILITY_PERIOD = timedelta(days=180)

_NO_MOMENT = cast(null(), DateTime(timezone=True))
_NO_NUMBER = cast(null(), BigInteger)


class Past:
    """The record of one coordinator, with their bookings and time off."""

    def __init__(self) -> None:
        self.facility_minutes: dict[int, int] = {}
        self.offers = self.fills = self.points = self.counted = 0
        self.until: datetime | None = None
        """When the oldest thing that counts becomes too old to count."""
        self.off: list[Span] = []
        self.booked: list[BookingFacts] = []

    @property
    def reliability(self) -> int | None:
        """0 to 100: the average over the shifts of the last 180 days; None before the first. Half up.

        A worked shift counts 100, a lost one 100 less its points (25, 55 or 85 for cancelling late, 100 for a no-show).
        """
        if self.counted <= 0:
            return None
        return max(0, min(100, (2 * (100 * self.counted + self.points) + self.counted) // (2 * self.counted)))


def read(
    ids: Collection[int] | None, at: datetime, since: datetime | None = None, until: datetime | None = None
) -> dict[int, Past]:
    """The record of each coordinator, by id, counted back from `at`, as far as the actor may read it. One statement.

    With `since` also the time off and the live assignments that end after it and begin before `until`, by their start.
    Only the system may read time off.
    """
    found: dict[int, Past] = defaultdict(Past)
    every = union_all(*_record(ids, at), *(_taken(ids, since, until) if since else ())).subquery()
    for what, coordinator, facility, amount, count, limit, start, end in session.execute(
        select(every).order_by(every.c.starts_at)
    ):
        past = found[coordinator]
        if limit is not None:
            past.until = min(past.until or limit, limit)
        match what:
            case "off":
                past.off.append(Span(start, end))
            case "booked":
                past.booked.append(BookingFacts(Span(start, end), int(amount), facility))
            case "worked":
                past.facility_minutes[facility] = int(amount)
            case "fills":
                past.fills = int(amount)
            case "offers":
                past.offers = int(amount)
            case _:
                past.points, past.counted = int(amount), int(count)
    return found


def _row(
    what: str,
    coordinator: Any,
    *,
    facility: Any = _NO_NUMBER,
    amount: Any = _NO_NUMBER,
    count: Any = _NO_NUMBER,
    until: Any = _NO_MOMENT,
    start: Any = _NO_MOMENT,
    end: Any = _NO_MOMENT,
) -> Select[*tuple[Any, ...]]:
    return select(
        literal(what).label("what"), coordinator.label("coordinator"), facility.label("facility"), amount.label("amount"),
        count.label("count"), until.label("until"), start.label("starts_at"), end.label("ends_at"),
    )  # fmt: skip


def _record(ids: Collection[int] | None, at: datetime) -> list[Select[*tuple[Any, ...]]]:
    """Minutes at each facility, offers and fills of the fairness period, and what reliability is counted from."""
    one, offer = Assignment, Offer
    worked = one.state.in_([AssignmentState.CHECKED_OUT, AssignmentState.COMPLETED])
    let_down = one.state.in_([AssignmentState.NO_SHOW, AssignmentState.UPHELD]) | and_(
        one.state == AssignmentState.CANCELLED, one.cancelled_by == CancelledBy.COORDINATOR
    )
    minutes = func.sum(func.extract("epoch", one.ends_at - one.starts_at) / 60)
    recently = at - FAIRNESS_PERIOD

    def oldest(moment: Any, period: timedelta) -> Any:
        return func.min(moment) + literal(period)

    fills = oldest(one.booked_at, FAIRNESS_PERIOD)
    shifts = oldest(one.starts_at, RELIABILITY_PERIOD)
    offers = oldest(offer.sent_at, FAIRNESS_PERIOD)
    return [
        _row("worked", one.coordinator_id, facility=one.facility_id, amount=minutes)
        .where(worked, *_whose(one, ids))
        .group_by(one.coordinator_id, one.facility_id),
        _row("fills", one.coordinator_id, amount=func.count(), until=fills)
        .where(one.state.in_(LIVE_STATES), one.booked_at >= recently, *_whose(one, ids))
        .group_by(one.coordinator_id),
        _row("shifts", one.coordinator_id, amount=func.sum(one.points), count=func.count(), until=shifts)
        .where(worked | let_down, one.starts_at >= at - RELIABILITY_PERIOD, *_whose(one, ids))
        .group_by(one.coordinator_id),
        _row("offers", offer.coordinator_id, amount=func.count(), until=offers)
        .where(offer.kind == OfferKind.OFFER, offer.sent_at >= recently, *_whose(offer, ids))
        .group_by(offer.coordinator_id),
    ]


def _taken(ids: Collection[int] | None, since: datetime, until: datetime | None) -> list[Select[*tuple[Any, ...]]]:
    off, one = TimeOff, Assignment
    days_off = _row("off", off.coordinator_id, start=off.starts_at, end=off.ends_at)
    work = _row(
        "booked",
        one.coordinator_id,
        facility=one.facility_id,
        amount=one.shift_id,
        start=one.starts_at,
        end=one.ends_at,
    )
    days_off = days_off.where(off.ends_at > since, *_whose(off, ids))
    work = work.where(one.state.in_(LIVE_STATES), one.ends_at > since, *_whose(one, ids))
    if until is not None:
        days_off, work = days_off.where(off.starts_at < until), work.where(one.starts_at < until)
    return [days_off, work]


def _whose(of: Any, ids: Collection[int] | None) -> list[Any]:
    return [of.coordinator_id.in_(ids)] if ids is not None else []
