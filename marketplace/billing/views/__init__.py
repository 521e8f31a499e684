"""The pages of invoices: the list and each invoice, the run, money received, statements of account."""

from marketplace.billing.views import correcting, invoices, receiving, run, statements
from marketplace.billing.views.blueprint import pages

__all__ = ["correcting", "invoices", "pages", "receiving", "run", "statements"]
