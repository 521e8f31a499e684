"""Which plans, proposals and wishes there are, how plans are to be made, and what has changed since one was."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.config import settings_in_force
from marketplace.coordinators.models import Coordinator
from marketplace.db import seen_by, session
from marketplace.eligibility.models import WeightSet
from marketplace.needs.models import Need, Shift
from marketplace.plans.models import MatchPlan, MatchSetting, MatchWish, PlanPair
from marketplace.plans.policy import may_plan
from marketplace.plans.rules import (
    FAIR_PERCENT,
    FREEZE_HOURS,
    HORIZON_DAYS,
    SHOWN,
    TIME_LIMIT_SECONDS,
    PlanKind,
    PlanState,
)


def visible_to(person: Person) -> Select[MatchPlan]:
    """The agency's planners see every plan; nobody else sees one."""
    plans = select(MatchPlan).options(
        joinedload(MatchPlan.asked_by),
        joinedload(MatchPlan.published_by),
        joinedload(MatchPlan.what_if_shift).joinedload(Shift.line),
        joinedload(MatchPlan.what_if_shift).joinedload(Shift.facility),
        joinedload(MatchPlan.what_if_coordinator).joinedload(Coordinator.person),
    )
    return seen_by(person, plans, agency=may_plan(person))


def present(person: Person) -> MatchPlan | None:
    """The plan the board shows."""
    return session.scalars(
        visible_to(person).where(MatchPlan.state.in_(SHOWN), MatchPlan.kind != PlanKind.WHAT_IF)
    ).one_or_none()


def before(plan: MatchPlan) -> int | None:
    """The number of the plan that was finished last before this one."""
    return session.scalar(
        select(MatchPlan.id)
        .where(MatchPlan.id < plan.id, MatchPlan.kind != PlanKind.WHAT_IF, MatchPlan.finished_at.is_not(None))
        .where(MatchPlan.state.in_([*SHOWN, PlanState.SUPERSEDED]))
        .order_by(MatchPlan.id.desc())
        .limit(1)
    )


def pairs_of(plan_id: int, shift_ids: Collection[int] | None = None) -> list[PlanPair]:
    """The proposals and confirmed seats of a plan, with people and shifts; in order of time."""
    found = (
        select(PlanPair)
        .join(Shift, Shift.id == PlanPair.shift_id)
        .where(PlanPair.plan_id == plan_id)
        .order_by(Shift.starts_at, Shift.id, PlanPair.seat)
        .options(joinedload(PlanPair.coordinator).joinedload(Coordinator.person))
        .options(joinedload(PlanPair.shift).options(*_terms()))
    )
    if shift_ids is not None:
        found = found.where(PlanPair.shift_id.in_(shift_ids))
    return list(session.scalars(found))


def _terms() -> Sequence[Any]:
    return joinedload(Shift.need), joinedload(Shift.line), joinedload(Shift.facility)


def wishes(shift_ids: Collection[int]) -> list[MatchWish]:
    """What holds for these shifts."""
    return list(
        session.scalars(
            select(MatchWish)
            .where(MatchWish.shift_id.in_(shift_ids), MatchWish.ended_at.is_(None))
            .order_by(MatchWish.id)
            .options(joinedload(MatchWish.coordinator).joinedload(Coordinator.person))
        )
    )


def wishes_visible_to(person: Person) -> Select[MatchWish]:
    """Every pin and ban, for those who plan."""
    found = select(MatchWish).options(joinedload(MatchWish.coordinator).joinedload(Coordinator.person))
    return seen_by(person, found, agency=may_plan(person))


@dataclass(frozen=True)
class PlanSettings:
    """How plans are made now."""

    horizon_days: int = HORIZON_DAYS
    freeze_hours: int = FREEZE_HOURS
    time_limit_seconds: int = TIME_LIMIT_SECONDS
    fair_percent: int = FAIR_PERCENT


def plan_zone() -> str:
    """Who plans for every facility has no zone of their own: times of a plan are told, and its weeks counted, on the clock
    of the agency's desk (AGENCY_TIME_ZONE).
    """
    return settings_in_force().agency_time_zone


def settings() -> PlanSettings:
    """What was set last, or what holds until somebody sets it."""
    last = session.scalars(select(MatchSetting).order_by(MatchSetting.id.desc()).limit(1)).one_or_none()
    if last is None:
        return PlanSettings()
    return PlanSettings(last.horizon_days, last.freeze_hours, last.time_limit_seconds, last.fair_percent)


@dataclass(frozen=True)
class Changes:
    """What happened after a plan read its facts."""

    bookings: int
    cancellations: int
    shifts: int
    wishes: int
    weights: int

    @property
    def any(self) -> bool:
        return bool(self.bookings or self.cancellations or self.shifts or self.wishes or self.weights)


def changes_since(plan: MatchPlan) -> Changes:
    """Bookings, cancellations, new shifts and wishes within the plan's stretch, and other weights of the score, that it does
    not know of. One statement.

    What the plan itself was published as is no news.
    """
    since = plan.facts_at or plan.asked_at
    within = and_(Assignment.starts_at >= plan.starts_at, Assignment.starts_at < plan.ends_at)
    own = (
        select(PlanPair.id)
        .where(PlanPair.plan_id == plan.id, PlanPair.shift_id == Assignment.shift_id)
        .where(PlanPair.coordinator_id == Assignment.coordinator_id)
        .exists()
    )
    counts = (
        select(func.count()).select_from(Assignment).where(within, Assignment.booked_at > since, ~own),
        select(func.count()).select_from(Assignment).where(within, Assignment.cancelled_at > since),
        select(func.count())
        .select_from(Shift)
        .join(Need, Need.id == Shift.need_id)
        .where(Shift.starts_at >= plan.starts_at, Shift.starts_at < plan.ends_at, Need.posted_at > since),
        select(func.count()).select_from(MatchWish).where(or_(MatchWish.at > since, MatchWish.ended_at > since)),
        select(func.count()).select_from(WeightSet).where(WeightSet.set_at > since),
    )
    row = session.execute(select(*(each.scalar_subquery() for each in counts))).one()
    return Changes(*(int(count) for count in row))
