"""The buttons of the board for a plan: publish it, or undo its publication."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.plans.models import MatchPlan
from marketplace.plans.publishing.starting import to_come
from marketplace.plans.publishing.undoing import may_undo
from marketplace.plans.rules import LIFE


@dataclass(frozen=True)
class PlanButtons:
    """The buttons there are, and how many offers and bookings publishing would make."""

    offers: int
    bookings: int
    may_publish: bool
    may_undo: bool


def plan_buttons(plan: MatchPlan, at: datetime) -> PlanButtons:
    """One statement; none for a plan that is not the current one."""
    offers, bookings = to_come(plan.id) if plan.is_shown else (0, 0)
    may_publish = LIFE.allows(plan.state, "publish") and offers + bookings > 0
    return PlanButtons(offers, bookings, may_publish, may_undo(plan, at))
