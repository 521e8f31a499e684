"""The button "Publish": what it would send, and the job that sends it."""

from datetime import datetime

from sqlalchemy import func, select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Offer, OfferKind
from marketplace.assignments.rules import WAITING_STATES
from marketplace.audit.recording import record
from marketplace.db import enqueue, session
from marketplace.kernel import Phrase
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.plans.models import MatchPlan, PlanPair
from marketplace.plans.rules import LIFE, TO_PUBLISH


def publish(plan: MatchPlan, by: Person, at: datetime) -> None:
    """Have a worker send what is not out yet. Raises NotAllowedNow for a plan that is no longer the current one."""
    plan.state = LIFE.after(plan.state, "publish")
    plan.published_by_id, plan.published_at = by.id, at
    record("publish", plan, Phrase("The matching plan was published."), by=by)
    session.flush()
    enqueue("plans.publish_plan", queue="plans", lock="plans.publish_plan", plan_id=plan.id, person_id=by.id)


def to_come(plan_id: int) -> tuple[int, int]:
    """The number of offers and of bookings that publishing would make. One statement."""
    applied = (
        select(Offer.id)
        .where(
            Offer.shift_id == PlanPair.shift_id,
            Offer.coordinator_id == PlanPair.coordinator_id,
            Offer.kind == OfferKind.APPLICATION,
            Offer.state.in_(WAITING_STATES),
        )
        .exists()
    )
    asked = (
        select(Offer.id)
        .where(
            Offer.shift_id == PlanPair.shift_id,
            Offer.coordinator_id == PlanPair.coordinator_id,
            Offer.kind == OfferKind.OFFER,
            Offer.state.in_(WAITING_STATES),
        )
        .exists()
    )
    books = applied & (Need.mode == FillMode.CHOOSE)
    row = session.execute(
        select(func.count().filter(~books & ~asked), func.count().filter(books))
        .select_from(PlanPair)
        .join(Shift, Shift.id == PlanPair.shift_id)
        .join(Need, Need.id == Shift.need_id)
        .where(PlanPair.plan_id == plan_id, ~PlanPair.kept, PlanPair.state.in_(TO_PUBLISH))
    ).one()
    return int(row[0]), int(row[1])
