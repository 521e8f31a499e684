"""Publishing, pair by pair, in the worker: each is an offer or a booking, under all the rules of the moment.

Nobody is booked who has not said yes. In a need that chooses among applications, the application of the coordinator proposed is
accepted, which books them; everybody else proposed is offered the shift, also where it is open to all. Each pair is a
transaction of its own, judged again behind its locks. A refusal is kept with its reason, and the rest goes on.
"""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.models import Person
from marketplace.accounts.queries import person_by_id
from marketplace.booking.booking import book
from marketplace.booking.offers import send_offer
from marketplace.db import session
from marketplace.kernel import ENGLISH, Phrase, Refusal, now
from marketplace.plans.models import MatchPlan, PlanPair
from marketplace.plans.publishing.still_wanted import books_when_accepted, check_still_wanted, waiting_offer
from marketplace.plans.queries import locked_pair, pairs_to_publish
from marketplace.plans.rules import LIFE, PAIR_LIFE, TO_PUBLISH, PlanState

log = structlog.get_logger()


def publish_pairs(plan_id: int, person_id: int) -> None:
    """Pair by pair, the soonest shift first. Commits after each; a second run finds nothing left to do."""
    by = person_by_id(person_id)
    for pair_id in pairs_to_publish(plan_id):
        if _state(plan_id) is not PlanState.PUBLISHING:
            session.rollback()
            return
        try:
            _publish_one(pair_id, by, now())
            session.commit()
        except DBAPIError:
            # Somebody else holds the shift or the person longer than we wait: it can be published once more.
            session.rollback()
            log.exception("a proposal could not be published", pair=pair_id)
            _refuse(pair_id, Phrase("The shift or the person was being changed at that moment. Publish once more."))
            session.commit()
    plan = session.scalars(
        select(MatchPlan).where(MatchPlan.id == plan_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if LIFE.allows(plan.state, "complete"):
        plan.state = LIFE.after(plan.state, "complete")
    session.commit()


def _state(plan_id: int) -> PlanState | None:
    return session.scalar(select(MatchPlan.state).where(MatchPlan.id == plan_id))


def _publish_one(pair_id: int, by: Person, at: datetime) -> None:
    """Offer or book; a refusal is written to the pair."""
    pair = locked_pair(pair_id)
    if pair.state not in TO_PUBLISH:
        return
    try:
        with session.begin_nested():
            _offer_or_book(pair, by, at)
            session.flush()
    except Refusal as refusal:
        pair.state, pair.reason = PAIR_LIFE.after(pair.state, "refuse"), str(refusal)[:500]
        pair.reason_phrase = refusal.phrase.as_record()
    else:
        pair.reason, pair.reason_phrase = "", None


def _refuse(pair_id: int, why: Phrase) -> None:
    pair = session.get_one(PlanPair, pair_id, populate_existing=True)
    pair.state, pair.reason = PAIR_LIFE.after(pair.state, "refuse"), why.read(ENGLISH)
    pair.reason_phrase = why.as_record()


def _offer_or_book(pair: PlanPair, by: Person, at: datetime) -> None:
    shift, coordinator = pair.shift, pair.coordinator
    check_still_wanted(pair)
    waiting = waiting_offer(pair, at)
    if waiting is not None and books_when_accepted(waiting, shift):
        made = book(shift, coordinator, by, at, offer=waiting)
        pair.state, pair.assignment_id = PAIR_LIFE.after(pair.state, "book"), made.id
        return
    # An offer that waits already is not sent twice; it is not the plan's to withdraw later.
    if waiting is None:
        pair.offer_id = send_offer(shift, coordinator, by, at).id
    pair.state = PAIR_LIFE.after(pair.state, "offer")
