"""Pay statements set by the worker once a pay run is approved."""

from marketplace.db import SOON_AGAIN, jobs_app
from marketplace.payouts.documents import paper_of_payout


@jobs_app.task(name="payouts.set_pay_statement", queue="papers", retry=SOON_AGAIN)
def set_pay_statement(payout_id: int) -> None:
    """Set and keep the PDF of a pay statement; nothing to do when somebody has asked for it already."""
    paper_of_payout(payout_id)
