"""Past weeks as the tables have them: their shifts, the final bookings, and people's earlier answers to offers."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from marketplace.assignments.models import Assignment, Offer, OfferKind, load_options
from marketplace.assignments.rules import LIVE_STATES, OfferState
from marketplace.db import session
from marketplace.kernel import line_amount
from marketplace.matching.acceptance import ANSWERS, YES
from marketplace.matching.facts import ShiftFacts
from marketplace.matching.simulating import SimulationResult
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import ShiftState

MINUTE = timedelta(minutes=1)


def shifts_between(start: datetime, end: datetime) -> Sequence[Shift]:
    """Those that began from `start` up to `end` and were not cancelled, in order of start."""
    return session.scalars(
        select(Shift)
        .where(Shift.starts_at >= start, Shift.starts_at < end, Shift.state != ShiftState.CANCELLED)
        .options(*load_options())
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def posted_at(shift_ids: Collection[int]) -> dict[int, datetime]:
    """The moment the need of each shift was posted; the start of the shift where that is not known."""
    rows = session.execute(
        select(Shift.id, func.coalesce(Need.posted_at, Shift.starts_at)).join(Shift.need).where(Shift.id.in_(shift_ids))
    )
    return dict(rows.all())


def as_it_happened(shifts: Sequence[ShiftFacts]) -> tuple[SimulationResult, dict[int, int]]:
    """The figures of the bookings that stood at the end, and the minutes of each coordinator."""
    seats = sum(shift.headcount for shift in shifts)
    rows = session.execute(
        select(
            Assignment.coordinator_id, Assignment.starts_at, Assignment.ends_at, Assignment.pay_rate_cents,
            Assignment.score["total"].as_integer(),
        ).where(Assignment.state.in_(LIVE_STATES), Assignment.shift_id.in_([shift.id for shift in shifts]))
    ).all()  # fmt: skip
    minutes: Counter[int] = Counter()
    pay = 0
    for coordinator, begins, ends, rate, _ in rows:
        minutes[coordinator] += (ends - begins) // MINUTE
        pay += line_amount((ends - begins) // MINUTE, rate)
    asked = session.execute(
        select(func.count(), func.count().filter(Offer.state == OfferState.DECLINED)).where(
            Offer.shift_id.in_([shift.id for shift in shifts]), Offer.kind == OfferKind.OFFER
        )
    ).one()
    scores = [score for *_, score in rows if score is not None]
    outcome = SimulationResult(
        way="as it happened",
        seats=seats,
        filled=len(rows),
        pay_cents=pay,
        mean_score=sum(scores) / len(scores) if scores else 0.0,
        value=0,
        used=len(minutes),
        gini_hours=0.0,
        asked=asked[0],
        declined=asked[1],
    )
    return outcome, dict(minutes)


def acceptance_chances(before: datetime) -> dict[int, float]:
    """The chance, 0 to 1, that each coordinator accepts an offer: from their answers before, smoothed while these are few."""
    rows = session.execute(
        select(
            Offer.coordinator_id,
            func.count().filter(Offer.state == OfferState.ACCEPTED),
            func.count().filter(Offer.state.in_([OfferState.ACCEPTED, OfferState.DECLINED])),
        )
        .where(Offer.kind == OfferKind.OFFER, Offer.sent_at < before)
        .group_by(Offer.coordinator_id)
    )
    return {coordinator: (yes + YES) / (answers + ANSWERS) for coordinator, yes, answers in rows}
