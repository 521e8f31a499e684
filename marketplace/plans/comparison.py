"""Two plans beside each other: who changed, which seats were won or lost, and what it costs."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.matching.constants import PRIORITY_POINTS
from marketplace.needs.models import Shift
from marketplace.plans.models import MatchPlan, PlanPair
from marketplace.plans.policy import check_may_plan
from marketplace.plans.rules import priority

MOST_SHOWN = 60


@dataclass
class Change:
    """One shift: who would have it in the one plan and not in the other."""

    shift: Shift
    out: list[str] = field(default_factory=list)
    into: list[str] = field(default_factory=list)

    @property
    def seats(self) -> int:
        """Seats won (or lost, below zero)."""
        return len(self.into) - len(self.out)


@dataclass(frozen=True)
class Comparison:
    """`before` against `after`; `more` changed shifts are not shown."""

    before: MatchPlan
    after: MatchPlan
    changes: list[Change]
    more: int
    lost_points: int
    """Points by which the value of the second plan is lower where they differ, both weighed as the first; negative: higher."""

    @property
    def lost(self) -> list[Change]:
        """Shifts that have fewer people than before."""
        return [change for change in self.changes if change.seats < 0]


def compare(before: MatchPlan, after: MatchPlan, reader: Person) -> Comparison:
    """Over the stretch both plans cover, confirmed seats included, so that what became true is no change. Three statements."""
    check_may_plan(reader)
    first, last = max(before.starts_at, after.starts_at), min(before.ends_at, after.ends_at)
    found = (
        select(
            PlanPair.shift_id, PlanPair.coordinator_id, func.max(PlanPair.plan_id), func.max(PlanPair.score),
            func.max(Shift.starts_at),
        )
        .join(Shift, Shift.id == PlanPair.shift_id)
        .where(PlanPair.plan_id.in_([before.id, after.id]), Shift.starts_at >= first, Shift.starts_at < last)
        .group_by(PlanPair.shift_id, PlanPair.coordinator_id)
        .having(func.count() == 1)
    )  # fmt: skip
    rows = session.execute(found).all()
    by_shift: dict[int, list[tuple[int, int]]] = defaultdict(list)
    weighed_at, lost = before.facts_at or before.asked_at, 0
    for key, coordinator, plan, points, starts_at in rows:
        by_shift[key].append((coordinator, plan))
        value = PRIORITY_POINTS * priority(starts_at, weighed_at) + points
        lost += -value if plan == after.id else value
    shifts = session.scalars(
        select(Shift)
        .where(Shift.id.in_(by_shift))
        .order_by(Shift.starts_at, Shift.id)
        .limit(MOST_SHOWN)
        .options(joinedload(Shift.line), joinedload(Shift.facility))
    ).all()
    people = {coordinator for shift in shifts for coordinator, _plan in by_shift[shift.id]}
    names: dict[int, str] = {
        row[0]: row[1]
        for row in session.execute(
            select(Coordinator.id, Person.name)
            .join(Person, Person.id == Coordinator.person_id)
            .where(Coordinator.id.in_(people))
            .order_by(Person.name)
        )
    }
    changes = []
    for shift in shifts:
        change = Change(shift)
        for coordinator, plan in by_shift[shift.id]:
            (change.into if plan == after.id else change.out).append(names[coordinator])
        changes.append(change)
    return Comparison(before, after, changes, len(by_shift) - len(shifts), lost)
