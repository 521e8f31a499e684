"""A plan without waiting for the solver: whoever fits best, seat by seat, from the soonest shift on."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import Span
from marketplace.plans.models import MatchPlan, PlanGap, PlanPair
from marketplace.plans.publishing.pairs import publish_pairs
from marketplace.plans.publishing.starting import publish
from marketplace.plans.requests import ask_for_plan
from marketplace.plans.solver import solver_process
from marketplace.plans.solver.build_instance import build_instance
from marketplace.plans.solver.planning_problem import PlanningProblem
from marketplace.plans.solver.run_plan import make
from tests.world import NOW

HORIZON = Span(NOW, NOW + timedelta(days=14))


def quick(instance: Any, **_: Any) -> solver_process.SolverResult:
    """Every pair is named; what stands beside the others is for the rules to say. The bound is what nothing can exceed."""
    most = int(instance.pair_value.sum()) + 300 * instance.pairs
    return solver_process.SolverResult(list(range(instance.pairs)), 0, most, [0.0] * instance.slots)


def question(**more: Any) -> PlanningProblem:
    return build_instance(NOW, HORIZON, 24, **more)


def plan_made(world: Any, solver: solver_process.Solver = quick) -> MatchPlan:
    """Asked for by Sam, the agency's scheduler, and made by a worker."""
    plan = ask_for_plan(world.sam, NOW)
    session.commit()
    return worked_on(plan, solver)


def worked_on(plan: MatchPlan, solver: solver_process.Solver = quick) -> MatchPlan:
    bind_actor(SYSTEM)
    make(plan.id, solver)
    return again(plan)


def again(plan: MatchPlan) -> MatchPlan:
    """As it is now, looked at by the system: a page before may have left somebody else asking."""
    bind_actor(SYSTEM)
    return session.get_one(MatchPlan, plan.id, populate_existing=True)


def proposals(plan: MatchPlan) -> list[PlanPair]:
    return list(
        session.scalars(
            select(PlanPair)
            .where(PlanPair.plan_id == plan.id, ~PlanPair.kept)
            .order_by(PlanPair.shift_id, PlanPair.seat)
            .execution_options(populate_existing=True)
        )
    )


def who_has(plan: MatchPlan, shift: Any) -> set[int]:
    return {pair.coordinator_id for pair in proposals(plan) if pair.shift_id == shift.id}


def gap_of(plan: MatchPlan, shift: Any) -> PlanGap | None:
    return session.get(PlanGap, (plan.id, shift.id))


def published(world: Any, plan: MatchPlan) -> list[PlanPair]:
    """Sam presses the button, a worker does it."""
    publish(again(plan), world.sam, NOW)
    session.commit()
    bind_actor(SYSTEM)
    publish_pairs(plan.id, world.sam.id)
    return proposals(plan)


def of_the_cast(world: Any, coordinator_id: int) -> Any:
    """Who that is."""
    cast = (world.maya, world.jonas, world.aisha, world.devon, world.sofia)
    return next(one for one in cast if one.id == coordinator_id)
