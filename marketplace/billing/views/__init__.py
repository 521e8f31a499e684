"""The pages of invoices: the list and each invoice, the run, money received, statements of account."""

from marketplace.billing.views import credit_notes, documents, evidence, invoices, payments, run, statements
from marketplace.billing.views.blueprint import pages

__all__ = ["credit_notes", "documents", "evidence", "invoices", "pages", "payments", "run", "statements"]
