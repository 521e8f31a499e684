"""The books are recounted every night; whoever answers for them finds in the inbox what does not hold."""

from marketplace.db import jobs_app
from marketplace.kernel import now
from marketplace.ledger.invariants import check_books


@jobs_app.task(name="ledger.check", queueing_lock="ledger.check")
def check(timestamp: int = 0) -> int:
    """Recount and keep the outcome. Returns how many invariants do not hold."""
    return len(check_books(now()).broken)
