"""Jobs on agreements: each expires on the day after its last."""

from sqlalchemy import select

from marketplace.audit.recording import record
from marketplace.contracts.models import Agreement
from marketplace.contracts.rules import AgreementState
from marketplace.db import jobs_app, session
from marketplace.kernel import Phrase, now


@jobs_app.task(name="contracts.expire", queueing_lock="contracts.expire")
def expire(timestamp: int = 0) -> int:
    """Active agreements whose last day has passed expire. A day of grace: no place here is later than UTC−12.

    What a shift may rest on goes by the dates, not by this word. Returns how many.
    """
    at = now()
    over = session.scalars(
        select(Agreement)
        .where(Agreement.state == AgreementState.ACTIVE, Agreement.effective_until < at.date())
        .order_by(Agreement.id)
        .with_for_update()
    ).all()
    for agreement in over:
        assert agreement.effective_until is not None
        agreement.end("expire", at)
        record("expire", agreement, Phrase("Expired: its last day was %(day)s.", day=agreement.effective_until))
    return len(over)
