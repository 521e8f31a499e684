"""A published plan is undone inside its undo window, as far as nobody has answered."""

from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer
from marketplace.audit.recording import record
from marketplace.booking.offers import withdraw
from marketplace.booking.undoing import undo
from marketplace.db import session
from marketplace.kernel import N_, NotAllowedNow, Refusal, counted
from marketplace.plans.models import MatchPlan, PlanPair
from marketplace.plans.rules import PAIR_LIFE, UNDO_MINUTES, PairState, PlanState


def may_undo(plan: MatchPlan, at: datetime) -> bool:
    """Whether the plan was published less than UNDO_MINUTES ago."""
    return (
        plan.state is PlanState.PUBLISHED
        and plan.published_at is not None
        and at < plan.published_at + timedelta(minutes=UNDO_MINUTES)
    )


def undo_publication(plan: MatchPlan, by: Person, at: datetime) -> int:
    """Withdraw each offer that was sent and is not answered, and undo each booking; how many pairs are proposals again.

    What was accepted meanwhile stays. Raises NotAllowedNow when the undo window is over.
    """
    if not may_undo(plan, at):
        raise NotAllowedNow("The time to undo this is over. Single offers can still be withdrawn on their shifts.")
    pairs = session.scalars(
        select(PlanPair)
        .where(PlanPair.plan_id == plan.id, PlanPair.state.in_([PairState.OFFERED, PairState.BOOKED]))
        .order_by(PlanPair.id)
        .with_for_update()
    ).all()
    done = 0
    for pair in pairs:
        try:
            with session.begin_nested():
                if not _undo_one(pair, by, at):
                    continue
                pair.state, pair.offer_id, pair.assignment_id = PAIR_LIFE.after(pair.state, "undo"), None, None
        except Refusal:
            continue
        done += 1
    record(
        "undo",
        plan,
        counted(
            done,
            N_("1 proposal of the published matching plan was undone."),
            N_("%(count)s proposals of the published matching plan were undone."),
        ),
        by=by,
    )
    return done


def _undo_one(pair: PlanPair, by: Person, at: datetime) -> bool:
    """Whether something was undone. Raises a Refusal when the booking may not be undone any more."""
    if pair.offer_id is not None:
        offer = session.get_one(Offer, pair.offer_id)
        if not offer.waits(at):
            return False
        withdraw(offer, by, at)
        return True
    if pair.assignment_id is not None:
        undo(session.get_one(Assignment, pair.assignment_id), by, at)
        return True
    return False
