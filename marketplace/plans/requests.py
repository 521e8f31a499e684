"""Asking for a plan, for what a change would cost, and stopping what is no longer wanted."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.coordinators.models import Coordinator
from marketplace.db import enqueue, session
from marketplace.kernel import N_, NotAllowedNow, Phrase
from marketplace.needs.models import Shift
from marketplace.plans.models import MatchPlan
from marketplace.plans.queries import settings
from marketplace.plans.rules import ABANDONED_AFTER, IN_WORK, LIFE, SHOWN, PlanKind, PlanState

BUSY = N_("A plan is being made at this moment. Wait until it is, or stop it.")


def ask_for_plan(by: Person | None, at: datetime) -> MatchPlan:
    """A new plan over the horizon that is set, made by the next worker. NotAllowedNow while another is being made."""
    _clear_abandoned(at)
    busy = session.scalars(
        select(MatchPlan)
        .where(MatchPlan.state.in_([*IN_WORK, PlanState.PUBLISHING]), MatchPlan.kind != PlanKind.WHAT_IF)
        .limit(1)
    ).first()
    if busy is not None:
        if busy.state is PlanState.PUBLISHING:
            raise NotAllowedNow("The plan is being published at this moment. Wait until it is.")
        raise NotAllowedNow(BUSY)
    plan = _new(by, at, PlanKind.ASKED if by else PlanKind.NIGHTLY)
    try:
        with session.begin_nested():
            session.add(plan)
    except IntegrityError as error:
        raise NotAllowedNow(BUSY) from error
    enqueue("plans.make_plan", queue="plans", lock="plans.make_plan", plan_id=plan.id)
    record(
        "ask",
        plan,
        Phrase("A matching plan was asked for.") if by else Phrase("The nightly matching plan was begun."),
        by=by,
    )
    return plan


def ask_what_if(base: MatchPlan, shift: Shift, coordinator: Coordinator, by: Person, at: datetime) -> MatchPlan:
    """The same plan once more with this pair in it: what would it cost?"""
    if base.state not in SHOWN:
        raise NotAllowedNow("There is a newer plan. Ask about that one.")
    plan = _new(by, at, PlanKind.WHAT_IF, base)
    plan.what_if_shift_id, plan.what_if_coordinator_id = shift.id, coordinator.id
    session.add(plan)
    session.flush()
    enqueue("plans.make_plan", queue="plans", lock="plans.make_plan", plan_id=plan.id)
    record("ask", plan, Phrase("What it would cost to change the matching plan was asked."), by=by)
    return plan


def _new(by: Person | None, at: datetime, kind: PlanKind, base: MatchPlan | None = None) -> MatchPlan:
    chosen = settings()
    return MatchPlan(
        kind=kind,
        asked_by_id=by.id if by else None,
        asked_at=at,
        starts_at=base.starts_at if base else at,
        ends_at=base.ends_at if base else at + timedelta(days=chosen.horizon_days),
        freeze_hours=chosen.freeze_hours,
        time_limit_seconds=chosen.time_limit_seconds,
        seed=base.seed if base else 0,
        compared_with_id=base.id if base else None,
    )


def cancel_plan(plan: MatchPlan, by: Person) -> None:
    """Not wanted any more; the worker stops within about a second."""
    plan.state = LIFE.after(plan.state, "cancel")
    record("cancel", plan, Phrase("The matching plan was stopped before it was finished."), by=by)


def _clear_abandoned(at: datetime) -> None:
    """A plan whose worker gave no sign for ten minutes is given up, so that the next can be made."""
    stuck = session.scalars(
        select(MatchPlan)
        .where(MatchPlan.state == PlanState.RUNNING, MatchPlan.heartbeat_at < at - ABANDONED_AFTER)
        .with_for_update(skip_locked=True)
    )
    for plan in stuck:
        plan.state = LIFE.after(plan.state, "fail")
        plan.failure = N_("The worker that made this plan stopped.")
    session.flush()
