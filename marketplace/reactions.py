"""What follows from what across concepts: one table. Everything here runs inside the transaction of its cause."""

from collections.abc import Callable
from typing import Any

from marketplace.accounts import trail
from marketplace.assignments import cancelling
from marketplace.audit.recording import record
from marketplace.billing.checking import BILLING_INVARIANTS
from marketplace.billing.queries import is_billed
from marketplace.contracts import linting
from marketplace.ledger import checking
from marketplace.needs.queries import lines_in_use
from marketplace.payouts.checking import PAYOUT_INVARIANTS
from marketplace.payouts.queries import is_paid_out
from marketplace.timesheets import weekly
from marketplace.timesheets.checking import TIMESHEET_INVARIANTS
from marketplace.timesheets.compensation import pay_cancellation

# (who announces or asks, what follows or answers)
REACTIONS: tuple[tuple[list[Callable[..., Any]], Callable[..., Any]], ...] = (
    # An act on people and their rights → a line in the audit trail.
    (trail.recorders, record),
    # A cancellation that costs the facility something → minutes to bill and pay, and their entry in the books.
    (cancelling.owed, pay_cancellation),
    # A contract is looked through → the kinds of work its facility asks for must have a rate.
    (linting.lines_in_use, lines_in_use),
    # An approval is to be taken back → not when its hours stand on an invoice or a pay statement.
    (weekly.settled, is_billed),
    (weekly.settled, is_paid_out),
)

# Where a recount of the books asks each room above them.
INVARIANTS = (*TIMESHEET_INVARIANTS, *BILLING_INVARIANTS, *PAYOUT_INVARIANTS)


def connect() -> None:
    """Make every reaction follow from now on; doing it twice changes nothing."""
    checking.register(INVARIANTS)
    for announcements, reaction in REACTIONS:
        if reaction not in announcements:
            announcements.append(reaction)
