"""Past weeks lived again: what other weights, waves or freezes would have come to, beside what really happened.

Everybody's papers, hours and limits are those of today, judged on the days of each shift; what was booked in the stretch is
open again, what was booked around it stays. Weeks are counted on the agency's clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta

import numpy as np
from sqlalchemy import func, select

from marketplace.assignments.models import Assignment, Offer, OfferKind, load_options
from marketplace.assignments.rules import LIVE_STATES, OfferState
from marketplace.db import as_system, session
from marketplace.eligibility import loading
from marketplace.eligibility.assessment import context_for, facts_of_shifts
from marketplace.eligibility.loading import agreements
from marketplace.kernel import Invalid, Span, line_amount, local_instant, week_start, zone_named
from marketplace.matching.acceptance import ANSWERS, YES
from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts, Weights
from marketplace.matching.index import Index
from marketplace.matching.simulating import Period, SimulationResult, Strategy, gini, simulate
from marketplace.matching.solver.instance import Instance
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import ShiftState
from marketplace.plans.queries import plan_zone

MINUTE = timedelta(minutes=1)
LEAD = timedelta(days=14)
"""A shift that was posted earlier than this counts as known from here on: for planning it makes no difference."""


@dataclass(frozen=True)
class PastWeeks:
    """A stretch of history as it was read: whole days on the agency's clock, `until` not among them."""

    first: date
    until: date
    zone: str
    shifts: list[ShiftFacts]
    posted: dict[int, datetime]
    people: list[CoordinatorFacts]
    """Without what they had booked in the stretch."""
    willing: dict[int, float]
    context: Context
    happened: SimulationResult
    worked: dict[int, int]
    """Minutes of each coordinator in the bookings that stood at the end."""

    @property
    def start(self) -> datetime:
        return local_instant(self.first, time(0), self.zone)


def read_weeks(first: date, until: date) -> PastWeeks:
    """The stretch from one day to another. Raises Invalid when it is turned round or nothing was to do in it."""
    if until <= first:
        raise Invalid("The stretch ends before it begins.")
    zone = plan_zone()
    start, end = local_instant(first, time(0), zone), local_instant(until, time(0), zone)
    span = Span(start, end)
    with as_system():
        rows = (
            session.scalars(
                select(Shift)
                .where(Shift.starts_at >= start, Shift.starts_at < end, Shift.state != ShiftState.CANCELLED)
                .options(*load_options())
                .order_by(Shift.starts_at, Shift.id)
            )
            .unique()
            .all()
        )
        if not rows:
            raise Invalid(
                "No shift began between %(first)s and %(last)s: there is nothing to live again.",
                first=first,
                last=until,
            )
        papers = agreements()
        about = facts_of_shifts(rows, papers)
        people = loading.coordinator_facts(at=start, around=span, papers=papers)
        ids = [shift.id for shift in about]
        known = (
            select(Shift.id, func.coalesce(Need.posted_at, Shift.starts_at)).join(Shift.need).where(Shift.id.in_(ids))
        )
        posted = dict(session.execute(known).all())
        happened, worked = _as_it_happened(about)
        willing = _willing(start)
        when = context_for(about, start)
    inside = {shift.id for shift in about}
    open_again = [
        replace(person, bookings=tuple(one for one in person.bookings if one.shift_id not in inside))
        for person in people
    ]
    return PastWeeks(first, until, zone, about, posted, open_again, willing, when, happened, worked)


def live_again(
    weeks: PastWeeks, ways: Iterable[Strategy], weights: Mapping[str, Weights], seed: int = 0
) -> list[SimulationResult]:
    """What really happened, then every way under each set of weights, its scores told in those the agency has now."""
    now = stretch_of(weeks, weeks.context.weights)
    might = [weeks.people[row].id for row in np.unique(now.instance.pair_coordinator)]
    hours = np.array([weeks.worked.get(coordinator, 0) for coordinator in might], np.int64)
    found = [replace(weeks.happened, gini_hours=gini(hours))]
    for name, chosen in weights.items():
        stretch = now if chosen == weeks.context.weights else stretch_of(weeks, chosen)
        for way in ways:
            outcome = simulate(stretch, way, seed, told_in=now)
            found.append(replace(outcome, way=f"{outcome.way}, {name}" if name else outcome.way))
    return found


def stretch_of(weeks: PastWeeks, weights: Weights) -> Period:
    """The arrays: everybody judged by the rules on each shift, scored with the weights."""
    index = Index.build(weeks.people, replace(weeks.context, weights=weights), None)
    pairs = index.all_pairs(weeks.shifts)
    slots = np.asarray(pairs.shifts, np.int64)
    persons = index.ids[np.asarray(pairs.coordinators)]
    row = {person.id: n for n, person in enumerate(weeks.people)}
    edges = np.searchsorted(slots, np.arange(len(weeks.shifts) + 1))
    scores = [
        index.scores(shift, pairs.coordinators[edges[n] : edges[n + 1]])[0] for n, shift in enumerate(weeks.shifts)
    ]
    monday = week_start(weeks.first)
    days = [shift.span.start.astimezone(zone_named(weeks.zone)).date() for shift in weeks.shifts]
    slot_week = np.array([(week_start(day) - monday).days // 7 for day in days], np.int64)
    count = int(slot_week.max()) + 1
    instance = Instance(
        slot_start=np.array([(shift.span.start - weeks.start) // MINUTE for shift in weeks.shifts], np.int64),
        slot_end=np.array([-((weeks.start - shift.span.end) // MINUTE) for shift in weeks.shifts], np.int64),
        slot_priority=np.ones(len(weeks.shifts), np.int64),
        slot_headcount=np.array([shift.headcount for shift in weeks.shifts], np.int64),
        slot_week=slot_week,
        coordinator_rest=np.array([person.rest_minutes for person in weeks.people], np.int64),
        coordinator_minutes=np.array([[person.max_week_minutes] * count for person in weeks.people], np.int64).reshape(
            len(weeks.people), count
        ),
        pair_slot=slots,
        pair_coordinator=np.array([row[int(key)] for key in persons], np.int64),
        pair_score=np.concatenate(scores) if scores else np.empty(0, np.int64),
    )
    known = np.array(
        [(max(weeks.posted[shift.id], shift.span.start - LEAD) - weeks.start) // MINUTE for shift in weeks.shifts],
        np.int64,
    )
    pay = np.array([line_amount(shift.span.minutes, shift.pay_rate_cents) for shift in weeks.shifts], np.int64)
    accepts = np.array([weeks.willing.get(int(key), YES / ANSWERS) for key in persons], np.float64)
    return Period(instance, known, pay, accepts)


def weights_from(text: str, now: Weights) -> Weights:
    """`continuity=300,fairness=0`: the others stay as they are. Raises Invalid for unknown names and sums other than 999."""
    changed: dict[str, int] = {}
    known = {field.name for field in fields(Weights)}
    for part in text.split(","):
        name, _, points = part.strip().partition("=")
        if name not in known:
            raise Invalid(
                "There is no part of the score named %(name)s. They are: %(known)s.",
                name=repr(name),
                known=", ".join(sorted(known)),
            )
        if not (points.isascii() and points.isdecimal()):
            raise Invalid("The weight of %(name)s must be whole points: %(name)s=120.", name=name)
        changed[name] = int(points)
    try:
        return replace(now, **changed)
    except ValueError as problem:
        total = sum(getattr(now, name) for name in known - changed.keys()) + sum(changed.values())
        raise Invalid("The weights must add up to 999; these add up to %(total)s.", total=total) from problem


def table(outcomes: Sequence[SimulationResult]) -> list[str]:
    """Side by side, a line each."""
    width = max(len(one.way) for one in outcomes)
    lines = [f"{'':{width}}   filled   fill        pay  score  people   Gini  moved  asked  declined"]
    for one in outcomes:
        moved = f"{100 * one.moved_share:5.1f}%" if one.shown else "     –"
        asked = f"{one.asked:5}  {one.declined:8}" if one.asked else "    –         –"
        lines.append(
            f"{one.way:{width}}  {one.filled:4}/{one.seats:<4} {100 * one.fill_rate:5.1f}%  ${one.pay_cents / 100:9,.2f}"
            f"  {one.mean_score:5.0f}  {one.used:6}  {one.gini_hours:5.3f} {moved}  {asked}"
        )
    return lines


# ---- what is read -----------------------------------------------------------------------------------------------


def _as_it_happened(shifts: Sequence[ShiftFacts]) -> tuple[SimulationResult, dict[int, int]]:
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


def _willing(before: datetime) -> dict[int, float]:
    """How likely each says yes, by her answers before the stretch and by what is usual as long as they are few."""
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
