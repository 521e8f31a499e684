"""Making a plan, in the worker: gather the facts, solve with no transaction open, keep what came out."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.orm import undefer

from marketplace.assignments.pricing import keep_prices
from marketplace.db.session import session
from marketplace.kernel.clock import now
from marketplace.kernel.errors import Refusal
from marketplace.kernel.phrases import ENGLISH, Phrase
from marketplace.kernel.spans import Span
from marketplace.plans import solving
from marketplace.plans.gathering import Extra, Question, gather
from marketplace.plans.models import MatchPlan, PlanGap, PlanOption, PlanPair
from marketplace.plans.outcome import Outcome, settled
from marketplace.plans.pricing import openings
from marketplace.plans.rules import IN_WORK, LIFE, SHOWN, PlanKind, PlanState

log = structlog.get_logger()


def make(plan_id: int, solver: solving.Solver = solving.solve) -> None:
    """Take a plan from queued to ready. Commits on the way: no transaction is open while the solver works."""
    begun = now()
    plan = _locked(plan_id)
    if plan is None or plan.state not in IN_WORK:
        session.rollback()
        return
    plan.state, plan.told_at, plan.progress = LIFE.after(plan.state, "start"), begun, 0
    session.commit()
    try:
        question = _question(plan, begun)
        start = _start(plan, question)
        session.commit()
        assert question.instance is not None
        answer = solver(
            question.instance, stay=question.stay, seed=plan.seed, time_limit=plan.time_limit_seconds, start=start,
            tell=lambda percent: _tell(plan_id, percent),
        )  # fmt: skip
        outcome = settled(question, answer)
        keep(plan_id, question, outcome, answer.prices, begun)
    except solving.Cancelled:
        session.rollback()
    except (solving.Unsolved, Refusal) as problem:
        fail(plan_id, problem.phrase)
    except Exception:
        log.exception("a matching plan failed", plan=plan_id)
        fail(plan_id, Phrase("Something went wrong while the plan was made; the log of the worker says what."))


def _locked(plan_id: int) -> MatchPlan | None:
    return session.scalars(
        select(MatchPlan).where(MatchPlan.id == plan_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _question(plan: MatchPlan, at: datetime) -> Question:
    extra = None
    if plan.what_if_shift_id is not None and plan.what_if_coordinator_id is not None:
        extra = Extra(plan.what_if_shift_id, plan.what_if_coordinator_id)
    question = gather(at, Span(plan.starts_at, plan.ends_at), plan.freeze_hours, extra)
    asked = next((one for one in question.broken if one.wish_id == 0), None)
    if extra is not None and asked is not None:
        raise solving.Unsolved(asked.why)
    return question


def _start(plan: MatchPlan, question: Question) -> solving.Start | None:
    """Prices and pairs of the last plan that was finished, where its shifts are still open."""
    assert question.instance is not None
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
    ids = [shift.id for shift in question.shifts]
    pairs = [
        n
        for n, (slot, column) in enumerate(
            zip(question.instance.pair_slot.tolist(), question.instance.pair_coordinator.tolist(), strict=True)
        )
        if (ids[slot], question.coordinators[column]) in had
    ]
    return solving.Start([float(last.prices.get(str(key), 0.0)) for key in ids], pairs)


def _tell(plan_id: int, percent: int) -> bool:
    """Write how far it is, in a transaction of its own; False when nobody wants the plan any more."""
    told: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(MatchPlan)
        .where(MatchPlan.id == plan_id, MatchPlan.state == PlanState.RUNNING)
        .values(progress=min(99, percent), told_at=now())
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return told.rowcount == 1


def keep(plan_id: int, question: Question, outcome: Outcome, prices: list[float], begun: datetime) -> None:
    """Write the plan down and put the one before it aside; nothing, when it was stopped at the last moment."""
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
    plan.filled, plan.seats = outcome.filled, question.seats
    plan.milliseconds = max(0, (done - begun) // timedelta(milliseconds=1))
    plan.weights = asdict(question.context.weights)
    plan.prices = {str(shift.id): price for shift, price in zip(question.shifts, prices, strict=True)}
    plan.broken_wishes = [one.as_record() for one in question.broken]
    session.flush()
    _write_parts(plan.id, question, outcome)
    if plan.kind is not PlanKind.WHAT_IF:
        keep_prices(
            plan.id, begun, {shift.id: round(price) for shift, price in zip(question.shifts, prices, strict=True)},
            openings(question, prices),
        )  # fmt: skip
    session.commit()


def _write_parts(plan_id: int, question: Question, outcome: Outcome) -> None:
    by_id = {shift.id: shift for shift in question.shifts}
    pairs: list[dict[str, Any]] = [
        {
            "plan_id": plan_id,
            "shift_id": one.shift_id,
            "coordinator_id": one.coordinator_id,
            "seat": one.seat,
            "kept": True,
        }
        for one in question.kept
    ]
    _insert(PlanPair, pairs)
    proposals = [
        {
            "plan_id": plan_id, "shift_id": one.shift_id, "coordinator_id": one.coordinator_id, "seat": one.seat,
            "score": one.score, "pinned": one.pinned,
            "parts": [part.as_record() for part in question.fit(by_id[one.shift_id], one.coordinator_id).parts],
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
    """The board tells why."""
    session.rollback()
    plan = _locked(plan_id)
    if plan is not None and LIFE.allows(plan.state, "fail"):
        plan.state, plan.failure = LIFE.after(plan.state, "fail"), why.read(ENGLISH)
        plan.failure_phrase = why.as_record()
        plan.finished_at = now()
    session.commit()
