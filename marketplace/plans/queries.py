"""Plans, proposals, constraints and settings, and the changes since a plan was made."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, load_options
from marketplace.config import settings_in_force
from marketplace.coordinators.models import Coordinator
from marketplace.db import seen_by, session
from marketplace.eligibility.models import WeightSet
from marketplace.needs.models import Need, Shift
from marketplace.plans.models import MatchPlan, MatchSetting, PlanConstraint, PlanPair
from marketplace.plans.policy import may_plan
from marketplace.plans.rules import (
    FAIR_PERCENT,
    FREEZE_HOURS,
    HORIZON_DAYS,
    SHOWN,
    TIME_LIMIT_SECONDS,
    TO_PUBLISH,
    PlanKind,
    PlanState,
)


def visible_to(person: Person) -> Select[MatchPlan]:
    """Every plan, for those who may plan; none for anybody else."""
    plans = select(MatchPlan).options(
        joinedload(MatchPlan.asked_by),
        joinedload(MatchPlan.published_by),
        joinedload(MatchPlan.what_if_shift).joinedload(Shift.line),
        joinedload(MatchPlan.what_if_shift).joinedload(Shift.facility),
        joinedload(MatchPlan.what_if_coordinator).joinedload(Coordinator.person),
    )
    return seen_by(person, plans, agency=may_plan(person))


def present(person: Person) -> MatchPlan | None:
    """The current plan: the one the board shows."""
    return session.scalars(
        visible_to(person).where(MatchPlan.state.in_(SHOWN), MatchPlan.kind != PlanKind.WHAT_IF)
    ).one_or_none()


def before(plan: MatchPlan) -> int | None:
    """The id of the last finished plan before this one."""
    return session.scalar(
        select(MatchPlan.id)
        .where(MatchPlan.id < plan.id, MatchPlan.kind != PlanKind.WHAT_IF, MatchPlan.finished_at.is_not(None))
        .where(MatchPlan.state.in_([*SHOWN, PlanState.SUPERSEDED]))
        .order_by(MatchPlan.id.desc())
        .limit(1)
    )


def pairs_of(plan_id: int, shift_ids: Collection[int] | None = None) -> list[PlanPair]:
    """Proposals and confirmed seats of a plan, with coordinators and shifts loaded, in order of start."""
    found = (
        select(PlanPair)
        .join(Shift, Shift.id == PlanPair.shift_id)
        .where(PlanPair.plan_id == plan_id)
        .order_by(Shift.starts_at, Shift.id, PlanPair.seat)
        .options(joinedload(PlanPair.coordinator).joinedload(Coordinator.person))
        .options(joinedload(PlanPair.shift).options(*load_options()))
    )
    if shift_ids is not None:
        found = found.where(PlanPair.shift_id.in_(shift_ids))
    return list(session.scalars(found))


def pairs_to_publish(plan_id: int) -> Sequence[int]:
    """The ids of the proposals that are not out yet, the soonest shift first."""
    return session.scalars(
        select(PlanPair.id)
        .join(Shift, Shift.id == PlanPair.shift_id)
        .where(PlanPair.plan_id == plan_id, ~PlanPair.kept, PlanPair.state.in_(TO_PUBLISH))
        .order_by(Shift.starts_at, PlanPair.id)
    ).all()


def locked_pair(pair_id: int) -> PlanPair:
    """A pair as it is now, locked, with its coordinator and what booking needs of its shift."""
    return session.scalars(
        select(PlanPair)
        .where(PlanPair.id == pair_id)
        .options(joinedload(PlanPair.coordinator).joinedload(Coordinator.person))
        .options(joinedload(PlanPair.shift).options(*load_options()))
        .with_for_update(of=PlanPair)
        .execution_options(populate_existing=True)
    ).one()


def constraints_of(shift_ids: Collection[int]) -> list[PlanConstraint]:
    """Pins and vetoes that hold for these shifts."""
    return list(
        session.scalars(
            select(PlanConstraint)
            .where(PlanConstraint.shift_id.in_(shift_ids), PlanConstraint.ended_at.is_(None))
            .order_by(PlanConstraint.id)
            .options(joinedload(PlanConstraint.coordinator).joinedload(Coordinator.person))
        )
    )


def constraints_visible_to(person: Person) -> Select[PlanConstraint]:
    """Every pin and veto, for those who may plan."""
    found = select(PlanConstraint).options(joinedload(PlanConstraint.coordinator).joinedload(Coordinator.person))
    return seen_by(person, found, agency=may_plan(person))


@dataclass(frozen=True)
class PlanSettings:
    """The settings for new plans."""

    horizon_days: int = HORIZON_DAYS
    freeze_hours: int = FREEZE_HOURS
    time_limit_seconds: int = TIME_LIMIT_SECONDS
    fair_percent: int = FAIR_PERCENT


def plan_zone() -> str:
    """The zone (IANA name) of a plan's times and weeks: the agency's, AGENCY_TIME_ZONE. A plan covers many facilities."""
    return settings_in_force().agency_time_zone


def settings() -> PlanSettings:
    """The newest settings, or the defaults."""
    last = session.scalars(select(MatchSetting).order_by(MatchSetting.id.desc()).limit(1)).one_or_none()
    if last is None:
        return PlanSettings()
    return PlanSettings(last.horizon_days, last.freeze_hours, last.time_limit_seconds, last.fair_percent)


@dataclass(frozen=True)
class Changes:
    """Counts of changes after a plan read its facts."""

    bookings: int
    cancellations: int
    shifts: int
    constraints: int
    weights: int

    @property
    def any(self) -> bool:
        return bool(self.bookings or self.cancellations or self.shifts or self.constraints or self.weights)


def changes_since(plan: MatchPlan) -> Changes:
    """Bookings, cancellations, new shifts, constraints and score weights newer than the plan, within its horizon.

    One statement. Bookings that come from publishing this plan do not count.
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
        select(func.count())
        .select_from(PlanConstraint)
        .where(or_(PlanConstraint.at > since, PlanConstraint.ended_at > since)),
        select(func.count()).select_from(WeightSet).where(WeightSet.set_at > since),
    )
    row = session.execute(select(*(each.scalar_subquery() for each in counts))).one()
    return Changes(*(int(count) for count in row))
