"""Make a plan in the worker: read the facts, solve without an open transaction, store the result."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.orm import undefer

from marketplace.db import session
from marketplace.eligibility.seat_values import keep_prices
from marketplace.kernel import ENGLISH, Phrase, Refusal, Span, now
from marketplace.plans.models import MatchPlan, PlanGap, PlanOption, PlanPair
from marketplace.plans.rules import IN_WORK, LIFE, SHOWN, PlanKind, PlanState
from marketplace.plans.solver import solver_process
from marketplace.plans.solver.build_instance import build_instance
from marketplace.plans.solver.opening_values import openings
from marketplace.plans.solver.planning_problem import Extra, PlanningProblem
from marketplace.plans.solver.post_check import CheckedPlan, post_check

log = structlog.get_logger()


def make(plan_id: int, solver: solver_process.Solver = solver_process.solve) -> None:
    """Take a plan from queued to ready, or to failed. Commits in between: no transaction is open while the solver works."""
    begun = now()
    plan = _locked(plan_id)
    if plan is None or plan.state not in IN_WORK:
        session.rollback()
        return
    plan.state, plan.heartbeat_at, plan.progress = LIFE.after(plan.state, "start"), begun, 0
    session.commit()
    try:
        problem = _problem(plan, begun)
        start = _start(plan, problem)
        session.commit()
        assert problem.instance is not None
        answer = solver(
            problem.instance, stay=problem.stay, seed=plan.seed, time_limit=plan.time_limit_seconds, start=start,
            tell=lambda percent: report_progress(plan_id, percent),
        )  # fmt: skip
        outcome = post_check(problem, answer)
        keep(plan_id, problem, outcome, answer.prices, begun)
    except solver_process.Cancelled:
        session.rollback()
    except (solver_process.Unsolved, Refusal) as problem:
        fail(plan_id, problem.phrase)
    except Exception:
        log.exception("a matching plan failed", plan=plan_id)
        fail(plan_id, Phrase("Something went wrong while the plan was made; the log of the worker says what."))


def _locked(plan_id: int) -> MatchPlan | None:
    return session.scalars(
        select(MatchPlan).where(MatchPlan.id == plan_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _problem(plan: MatchPlan, at: datetime) -> PlanningProblem:
    extra = None
    if plan.what_if_shift_id is not None and plan.what_if_coordinator_id is not None:
        extra = Extra(plan.what_if_shift_id, plan.what_if_coordinator_id)
    problem = build_instance(at, Span(plan.starts_at, plan.ends_at), plan.freeze_hours, extra)
    asked = next((one for one in problem.broken if one.constraint_id == 0), None)
    if extra is not None and asked is not None:
        raise solver_process.Unsolved(asked.why)
    return problem


def _start(plan: MatchPlan, problem: PlanningProblem) -> solver_process.Start | None:
    """Warm start: prices and pairs of the last finished plan, for shifts that are still open."""
    assert problem.instance is not None
    last = session.scalars(
        select(MatchPlan)
        .where(MatchPlan.id != plan.id, MatchPlan.state.in_([*SHOWN, PlanState.SUPERSEDED]))
        .order_by(MatchPlan.id.desc())
        .limit(1)
        .options(undefer(MatchPlan.prices))
    ).one_or_none()
    if last is None or not last.prices:
        return None
    rows = session.execute(select(PlanPair.shift_id, PlanPair.coordinator_id).where(PlanPair.plan_id == last.id))
    had = {(shift, coordinator) for shift, coordinator in rows}
    ids = [shift.id for shift in problem.shifts]
    pairs = [
        n
        for n, (slot, column) in enumerate(
            zip(problem.instance.pair_slot.tolist(), problem.instance.pair_coordinator.tolist(), strict=True)
        )
        if (ids[slot], problem.coordinators[column]) in had
    ]
    return solver_process.Start([float(last.prices.get(str(key), 0.0)) for key in ids], pairs)


def report_progress(plan_id: int, percent: int) -> bool:
    """Store the progress in its own transaction; False when the plan was cancelled. The time is the heartbeat of the worker."""
    told: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(MatchPlan)
        .where(MatchPlan.id == plan_id, MatchPlan.state == PlanState.RUNNING)
        .values(progress=min(99, percent), heartbeat_at=now())
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return told.rowcount == 1


def keep(plan_id: int, problem: PlanningProblem, outcome: CheckedPlan, prices: list[float], begun: datetime) -> None:
    """Store the plan and supersede the one before it. Does nothing when the plan was cancelled meanwhile."""
    plan = _locked(plan_id)
    if plan is None or plan.state is not PlanState.RUNNING:
        session.rollback()
        return
    if plan.kind is not PlanKind.WHAT_IF:
        older = session.scalars(
            select(MatchPlan)
            .where(MatchPlan.state.in_(SHOWN), MatchPlan.kind != PlanKind.WHAT_IF)
            .order_by(MatchPlan.id)
            .with_for_update()
        )
        for one in older:
            one.state = LIFE.after(one.state, "supersede")
        session.flush()
    done = now()
    plan.state = LIFE.after(plan.state, "finish")
    plan.facts_at, plan.finished_at, plan.progress = begun, done, 100
    plan.value, plan.bound = outcome.value, outcome.bound
    plan.filled, plan.seats = outcome.filled, problem.seats
    plan.milliseconds = max(0, (done - begun) // timedelta(milliseconds=1))
    plan.weights = asdict(problem.context.weights)
    plan.prices = {str(shift.id): price for shift, price in zip(problem.shifts, prices, strict=True)}
    plan.broken_constraints = [one.as_record() for one in problem.broken]
    session.flush()
    _write_parts(plan.id, problem, outcome)
    if plan.kind is not PlanKind.WHAT_IF:
        keep_prices(
            plan.id, begun, {shift.id: round(price) for shift, price in zip(problem.shifts, prices, strict=True)},
            openings(problem, prices),
        )  # fmt: skip
    session.commit()


def _write_parts(plan_id: int, problem: PlanningProblem, outcome: CheckedPlan) -> None:
    by_id = {shift.id: shift for shift in problem.shifts}
    pairs: list[dict[str, Any]] = [
        {
            "plan_id": plan_id,
            "shift_id": one.shift_id,
            "coordinator_id": one.coordinator_id,
            "seat": one.seat,
            "kept": True,
        }
        for one in problem.kept
    ]
    _insert(PlanPair, pairs)
    proposals = [
        {
            "plan_id": plan_id, "shift_id": one.shift_id, "coordinator_id": one.coordinator_id, "seat": one.seat,
            "score": one.score, "pinned": one.pinned,
            "parts": [part.as_record() for part in problem.fit(by_id[one.shift_id], one.coordinator_id).parts],
        }
        for one in outcome.chosen
    ]  # fmt: skip
    _insert(PlanPair, proposals)
    gaps = [
        {
            "plan_id": plan_id, "shift_id": gap.shift_id, "seats": gap.seats, "reason": gap.reason, "hours": gap.hours,
            "refusals": gap.refusals, "taken": [list(pair) for pair in gap.taken],
        }
        for gap in outcome.gaps
    ]  # fmt: skip
    _insert(PlanGap, gaps)
    options = [
        {"plan_id": plan_id, "shift_id": one.shift_id, "coordinator_id": one.coordinator_id, "score": min(999, one.score),
         "at_least": one.at_least}
        for one in outcome.options
    ]  # fmt: skip
    _insert(PlanOption, options)


def _insert(table: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def fail(plan_id: int, why: Phrase) -> None:
    """Mark the plan as failed, with the reason for the board."""
    session.rollback()
    plan = _locked(plan_id)
    if plan is not None and LIFE.allows(plan.state, "fail"):
        plan.state, plan.failure = LIFE.after(plan.state, "fail"), why.read(ENGLISH)
        plan.failure_phrase = why.as_record()
        plan.finished_at = now()
    session.commit()
