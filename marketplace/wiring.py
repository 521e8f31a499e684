"""Effects across concepts: one table, which holds from the moment this module is imported.

A room low in the order of imports announces or asks with a `Hook`; the rooms above answer. Every process imports this module:
the site (`app.py`), the worker and every other command (`cli.py`), the demo world, the tests. Everything here runs inside the
transaction of its cause, and can make it fail.
"""

from typing import Any

from marketplace.accounts import audit_hook, invitations
from marketplace.audit.recording import record
from marketplace.billing.invariants import BILLING_INVARIANTS
from marketplace.billing.queries import is_billed
from marketplace.booking import cancelling
from marketplace.contracts import contract_check
from marketplace.contracts.imported_terms import take_terms
from marketplace.contracts.notifications import to_sign_once_joined
from marketplace.coordinators import readiness as coordinator_readiness
from marketplace.facilities import importing
from marketplace.facilities import readiness as facility_readiness
from marketplace.kernel import Hook
from marketplace.ledger import invariants
from marketplace.needs.queries import lines_in_use
from marketplace.onboarding.steps.coordinators import missing_of_coordinator
from marketplace.onboarding.steps.facilities import missing_of_facility
from marketplace.payouts.invariants import PAYOUT_INVARIANTS
from marketplace.payouts.queries import is_paid_out
from marketplace.timesheets import approvals
from marketplace.timesheets.compensation import pay_cancellation
from marketplace.timesheets.invariants import TIMESHEET_INVARIANTS

WIRING: tuple[Hook[..., Any], ...] = (
    # An act on people and their rights → a line in the audit trail.
    audit_hook.on_act.filled_by(record),
    # Somebody is invited → the letter says which agreements wait for their signature.
    invitations.agreements_to_sign.filled_by(to_sign_once_joined),
    # A cancellation that costs the facility something → minutes to bill and pay, and their entry in the books.
    cancelling.on_fee_due.filled_by(pay_cancellation),
    # Somebody asks for people, or for shifts, before they are active → the steps that are missing.
    facility_readiness.steps_missing.filled_by(missing_of_facility),
    coordinator_readiness.steps_missing.filled_by(missing_of_coordinator),
    # A contract is looked through → the kinds of work its facility asks for must have a rate.
    contract_check.lines_in_use.filled_by(lines_in_use),
    # A file of facilities brings terms of payment → they are the contract's.
    importing.agreed_terms.filled_by(take_terms),
    # An approval is to be taken back → not when its hours stand on an invoice or a pay statement.
    approvals.is_settled.filled_by(is_billed, is_paid_out),
    # The books are recounted → what must be true of hours, invoices and pay as well.
    invariants.invariants_above.filled_by(
        lambda: TIMESHEET_INVARIANTS,
        lambda: BILLING_INVARIANTS,
        lambda: PAYOUT_INVARIANTS,
    ),
)
