"""Fair shares: what each coordinator was offered, took, worked and earned, beside those who do the same work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer, OfferKind
from marketplace.assignments.rules import LIVE_STATES
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.db import session
from marketplace.kernel import N_, Span, day_span
from marketplace.plans.models import MatchPlan, PlanOption, PlanPair
from marketplace.reports.rules import gini
from marketplace.timesheets.models import TimeSegment

MEASURES = {
    "considered": N_("Considered"),
    "offers": N_("Offers"),
    "fills": N_("Shifts"),
    "minutes": N_("Hours"),
    "pay_cents": N_("Pay"),
}
"""How often a plan weighed a coordinator for a seat; offers sent to them; their shifts; approved minutes; what these pay."""

JUDGED = ("offers", "fills", "minutes")
"""What the bound is held against. To be considered costs nobody anything, and pay follows from hours and rates."""


@dataclass(frozen=True)
class FairShare:
    """One coordinator's part, and the mean of those comparable (in whole units, half up; None where there is nobody)."""

    coordinator_id: int
    name: str
    lines: tuple[str, ...]
    amounts: dict[str, int]
    comparable: int
    means: dict[str, int | None]
    below: tuple[str, ...]
    """The measures in which they are further below the mean than the bound allows."""

    def percent(self, measure: str) -> int | None:
        """Their part in percent of the mean: 100 is exactly as much as the others."""
        mean = self.means[measure]
        return None if not mean else (200 * self.amounts[measure] + mean) // (2 * mean)


@dataclass(frozen=True)
class Fairness:
    """Everybody's shares of a stretch of time, and how unequal each measure is over all."""

    span: Span
    shares: list[FairShare]
    ginis: dict[str, int | None]

    @property
    def flagged(self) -> list[FairShare]:
        return [share for share in self.shares if share.below]


def span_of_month(first: date, zone: str) -> Span:
    """The month that begins on that day, midnight to midnight on a clock."""
    following = (first + timedelta(days=32)).replace(day=1)
    return Span(day_span(first, zone).start, day_span(following, zone).start)


def fairness(span: Span, bound_percent: int) -> Fairness:
    """The shares of all active coordinators. Two statements.

    Comparable are those with the very same service lines; where there are fewer than two of them, those who share a line.
    Flagged is who is more than `bound_percent` percent below their mean in offers, shifts or hours.
    """
    people = session.execute(
        select(Coordinator.id, Person.name, Coordinator.service_lines)
        .join(Person, Person.id == Coordinator.person_id)
        .where(Coordinator.state == CoordinatorState.ACTIVE, Person.active)
        .order_by(Person.name, Coordinator.id)
    ).all()
    amounts: dict[int, dict[str, int]] = {row.id: dict.fromkeys(MEASURES, 0) for row in people}
    for row in session.execute(union_all(*_counts(span))):
        if row[1] in amounts:
            amounts[row[1]][row[0]] += int(row[2] or 0)
    lines = {row.id: frozenset(row.service_lines) for row in people}
    shares = [
        _share(row.id, row.name, tuple(sorted(row.service_lines)), amounts, _comparable(row.id, lines), bound_percent)
        for row in people
    ]
    spread = {measure: gini([each[measure] for each in amounts.values()]) for measure in MEASURES}
    return Fairness(span, shares, spread)


def _counts(span: Span) -> Sequence[Select[str, int, int]]:
    """Measure, coordinator, amount."""
    first, last = span.start, span.end
    plans = select(MatchPlan.id).where(MatchPlan.finished_at >= first, MatchPlan.finished_at < last)
    return (
        select(literal("considered"), PlanPair.coordinator_id, func.count())
        .where(~PlanPair.kept, PlanPair.plan_id.in_(plans))
        .group_by(PlanPair.coordinator_id),
        select(literal("considered"), PlanOption.coordinator_id, func.count())
        .where(PlanOption.plan_id.in_(plans))
        .group_by(PlanOption.coordinator_id),
        select(literal("offers"), Offer.coordinator_id, func.count())
        .where(Offer.kind == OfferKind.OFFER, Offer.sent_at >= first, Offer.sent_at < last)
        .group_by(Offer.coordinator_id),
        select(literal("fills"), Assignment.coordinator_id, func.count())
        .where(Assignment.state.in_(LIVE_STATES), Assignment.starts_at >= first, Assignment.starts_at < last)
        .group_by(Assignment.coordinator_id),
        select(literal("minutes"), TimeSegment.coordinator_id, func.sum(TimeSegment.minutes))
        .where(TimeSegment.kind == "hours", *_worked(first, last))
        .group_by(TimeSegment.coordinator_id),
        select(literal("pay_cents"), TimeSegment.coordinator_id, func.sum(TimeSegment.pay_cents))
        .where(*_worked(first, last))
        .group_by(TimeSegment.coordinator_id),
    )


def _worked(first: datetime, last: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (TimeSegment.work_day >= first.date(), TimeSegment.work_day < last.date())


def _comparable(who: int, lines: dict[int, frozenset[str]]) -> list[int]:
    same = [one for one, theirs in lines.items() if one != who and theirs == lines[who]]
    return same if len(same) > 1 else [one for one, theirs in lines.items() if one != who and theirs & lines[who]]


def _share(
    who: int, name: str, lines: tuple[str, ...], amounts: dict[int, dict[str, int]], others: list[int], bound: int
) -> FairShare:
    many = len(others)
    sums = {measure: sum(amounts[one][measure] for one in others) for measure in MEASURES}
    means = {measure: (2 * total + many) // (2 * many) if many else None for measure, total in sums.items()}
    # Not by the rounded mean: 100 × own × many < (100 − bound) × sum.
    below = tuple(each for each in JUDGED if many and 100 * amounts[who][each] * many < (100 - bound) * sums[each])
    return FairShare(who, name, lines, amounts[who], many, means, below)
