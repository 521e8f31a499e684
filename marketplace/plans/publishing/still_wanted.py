"""The check whether a proposal is still wanted: a veto, an answer or another offer may have come since the plan."""

from datetime import datetime

from sqlalchemy import select

from marketplace.assignments.models import Offer, OfferKind
from marketplace.assignments.rules import WAITING_STATES, OfferState
from marketplace.db import session
from marketplace.kernel import NotAllowedNow
from marketplace.needs.models import FillMode, Shift
from marketplace.plans.models import PlanConstraint, PlanPair
from marketplace.plans.rules import ConstraintKind


def check_still_wanted(pair: PlanPair) -> None:
    """Raises NotAllowedNow when the pair was vetoed or declined since the plan was made."""
    vetoed = select(PlanConstraint.id).where(
        PlanConstraint.shift_id == pair.shift_id,
        PlanConstraint.coordinator_id == pair.coordinator_id,
        PlanConstraint.kind == ConstraintKind.VETO,
        PlanConstraint.ended_at.is_(None),
    )
    if session.scalar(vetoed.limit(1)) is not None:
        raise NotAllowedNow("This pair was vetoed after the plan was made.")
    declined = select(Offer.id).where(
        Offer.shift_id == pair.shift_id,
        Offer.coordinator_id == pair.coordinator_id,
        Offer.state == OfferState.DECLINED,
    )
    if session.scalar(declined.limit(1)) is not None:
        raise NotAllowedNow("This shift was declined already.")


def waiting_offer(pair: PlanPair, at: datetime) -> Offer | None:
    """The offer or application of this coordinator for this shift that waits for an answer."""
    return session.scalars(
        select(Offer)
        .where(
            Offer.shift_id == pair.shift_id,
            Offer.coordinator_id == pair.coordinator_id,
            Offer.state.in_(WAITING_STATES),
            Offer.expires_at > at,
        )
        .order_by(Offer.id.desc())
        .limit(1)
    ).first()


def books_when_accepted(offer: Offer, shift: Shift) -> bool:
    """Whether it is an application to a need that chooses among applications."""
    return offer.kind is OfferKind.APPLICATION and shift.need.mode is FillMode.CHOOSE
