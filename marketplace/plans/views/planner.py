"""The planner and the shift of the board, found and checked for every act."""

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.assignments.queries import shifts_visible_to
from marketplace.needs.models import Shift
from marketplace.plans.models import MatchPlan, PlanConstraint
from marketplace.plans.policy import check_may_plan
from marketplace.plans.queries import constraints_visible_to, visible_to
from marketplace.web import get_or_404


def planner() -> Person:
    """The person signed in. Raises NotPermitted when they may not plan."""
    person = current_person()
    check_may_plan(person)
    return person


def planner_and_shift(shift_id: int) -> tuple[Person, Shift]:
    """The person signed in and the shift. Raises NotFound when they may not see it, NotPermitted when they may not plan."""
    person = current_person()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    return person, shift


def planner_and_plan(plan_id: int) -> tuple[Person, MatchPlan]:
    """The same for a plan."""
    person = current_person()
    plan = get_or_404(visible_to(person), plan_id)
    check_may_plan(person)
    return person, plan


def planner_and_constraint(constraint_id: int) -> tuple[Person, PlanConstraint]:
    """The same for a pin or veto."""
    person = current_person()
    constraint = get_or_404(constraints_visible_to(person), constraint_id)
    check_may_plan(person)
    return person, constraint
