"""Plans of the last days: one that failed, one stopped, two of the night, the last of them published; pins, vetoes, a what-if."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import load_options
from marketplace.coordinators.models import Coordinator
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.demo.who import person
from marketplace.kernel import Phrase, clock
from marketplace.matching.solver.instance import Instance
from marketplace.needs.models import Shift
from marketplace.plans.constraints import pin, veto
from marketplace.plans.models import MatchPlan, PlanOption, PlanPair
from marketplace.plans.publishing.pairs import publish_pairs
from marketplace.plans.publishing.starting import publish
from marketplace.plans.requests import ask_for_plan, ask_what_if, cancel_plan
from marketplace.plans.settings import change_settings
from marketplace.plans.solver.run_plan import make
from marketplace.plans.solver.solver_process import SolverResult, Unsolved

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCHEDULER = "sam@northlight.example"


def best_first(instance: Instance, **_: Any) -> SolverResult:
    """A plan without waiting for the solver: none of its pairs is named, so that each seat goes to the best who passes the
    rules. The bound gives every seat its best pair, whatever else that coordinator does.
    """
    bound, values = 0, instance.pair_value
    for slot, seats in enumerate(instance.slot_headcount.tolist()):
        bound += int(np.sort(values[instance.pair_slot == slot])[::-1][:seats].sum())
    return SolverResult([], 0, bound, [0.0] * instance.slots)


def took_too_long(_instance: Instance, **_: Any) -> SolverResult:
    """As the solver of a worker that was short of time."""
    raise Unsolved(
        Phrase("The solver took too long and was stopped. Make the horizon shorter or the time limit longer.")
    )


def made(now: datetime) -> None:
    """Every plan up to this moment; the last one waits for the worker. Commits in between, as the worker does."""
    _made(now - 9 * DAY, _scheduler(), took_too_long)
    at = now - 8 * DAY
    with clock.frozen_at(at):
        cancel_plan(ask_for_plan(_scheduler(), at), _scheduler())
        session.commit()
    first = _made(now - 31 * HOUR, None)
    at = now - 28 * HOUR
    with clock.frozen_at(at):
        change_settings(3, 24, 60, 50, by=_scheduler(), at=at)
        pinned, vetoed, *_ = _proposals(first, now + 26 * HOUR)
        pin(*_pair(pinned), _scheduler(), at, "They know this practice.")
        veto(*_pair(vetoed), _scheduler(), at, "They are on a training that day.")
    second = _made(now - 7 * HOUR, None)
    _publish(second, now - 5 * HOUR)
    at = now - 3 * HOUR
    with clock.frozen_at(at):
        option = session.scalars(select(PlanOption).where(PlanOption.plan_id == second.id).limit(1)).one()
        question = ask_what_if(second, *_pair(option), _scheduler(), at)
        session.commit()
        make(question.id, best_first)
        change_settings(14, 24, 60, 50, by=_scheduler(), at=at)
    with clock.frozen_at(now - timedelta(minutes=1)):
        ask_for_plan(_scheduler(), now - timedelta(minutes=1))


def _made(at: datetime, by: Person | None, solver: Any = best_first) -> MatchPlan:
    with clock.frozen_at(at):
        plan = ask_for_plan(by, at)
        session.commit()
        make(plan.id, solver)
    bind_actor(SYSTEM)
    return session.get_one(MatchPlan, plan.id, populate_existing=True)


def _publish(plan: MatchPlan, at: datetime) -> None:
    """All of it goes out, but for a pair that was vetoed since the night."""
    with clock.frozen_at(at - HOUR):
        *_, refused = _proposals(plan, at)
        veto(*_pair(refused), _scheduler(), at - HOUR, "Another team has asked for them.")
    with clock.frozen_at(at):
        publish(plan, _scheduler(), at)
        session.commit()
        publish_pairs(plan.id, _scheduler().id)
    bind_actor(SYSTEM)


def _proposals(plan: MatchPlan, after: datetime) -> list[PlanPair]:
    """The proposals of a plan for shifts that begin after a moment, the soonest first."""
    return list(
        session.scalars(
            select(PlanPair)
            .join(Shift, Shift.id == PlanPair.shift_id)
            .where(PlanPair.plan_id == plan.id, ~PlanPair.kept, Shift.starts_at > after)
            .order_by(Shift.starts_at, PlanPair.id)
        )
    )


def _pair(of: PlanPair | PlanOption) -> tuple[Shift, Coordinator]:
    shift = session.scalars(select(Shift).where(Shift.id == of.shift_id).options(*load_options())).unique().one()
    coordinator = session.scalars(
        select(Coordinator).where(Coordinator.id == of.coordinator_id).options(joinedload(Coordinator.person))
    ).one()
    return shift, coordinator


def _scheduler() -> Person:
    return person(SCHEDULER)
