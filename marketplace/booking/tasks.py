"""The scheduled jobs for offers, questions to move and the index."""

from sqlalchemy import update

from marketplace.assignments.models import Offer
from marketplace.assignments.rules import WAITING_STATES, OfferState
from marketplace.booking.reassignments import end_those_over
from marketplace.db import jobs_app, session
from marketplace.eligibility import index
from marketplace.kernel import now


@jobs_app.task(name="assignments.end_moves", queueing_lock="assignments.end_moves")
def end_moves(timestamp: int = 0) -> int:
    """Write down which questions to move were not answered in time or make no sense any more. Returns how many."""
    return end_those_over(now())


@jobs_app.task(name="assignments.expire_offers", queueing_lock="assignments.expire_offers")
def expire_offers(timestamp: int = 0) -> int:
    """Write down that the time of unanswered offers is over; pages say so from the instant itself. Returns how many."""
    done = session.execute(
        update(Offer)
        .where(Offer.state.in_(WAITING_STATES), Offer.expires_at <= now())
        .values(state=OfferState.EXPIRED, answered_at=Offer.expires_at, version=Offer.version + 1)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


@jobs_app.task(name="assignments.sweep_changes", queueing_lock="assignments.sweep_changes")
def sweep_changes(timestamp: int = 0) -> int:
    """Forget who changed days ago: every process has seen it by then. Returns how many lines."""
    return index.sweep_changes()
