"""Every table, gathered in one place for migrations and for the check that models and migrations agree."""

import marketplace.accounts.models
import marketplace.assignments.models
import marketplace.audit.models
import marketplace.billing.models
import marketplace.catalogue.models
import marketplace.contracts.models
import marketplace.coordinators.models
import marketplace.credentials.models
import marketplace.documents.models
import marketplace.eligibility.models
import marketplace.facilities.models
import marketplace.ledger.models
import marketplace.messaging.models
import marketplace.needs.models
import marketplace.onboarding.models
import marketplace.payouts.models
import marketplace.plans.models
import marketplace.reports.models
import marketplace.timesheets.models
import marketplace.web.transactions  # noqa: F401  (the idempotency table)
from marketplace.db import Base

metadata = Base.metadata
