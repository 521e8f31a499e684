"""Pay statements set by the worker once a pay run is approved."""

from procrastinate import RetryStrategy

from marketplace.db import jobs_app
from marketplace.payouts.documents import paper_of_payout

AGAIN = RetryStrategy(max_attempts=6, exponential_wait=10)


@jobs_app.task(name="payouts.set_pay_statement", queue="papers", retry=AGAIN)
def set_pay_statement(payout_id: int) -> None:
    """Set and keep the PDF of a pay statement; nothing to do when somebody has asked for it already."""
    paper_of_payout(payout_id)
