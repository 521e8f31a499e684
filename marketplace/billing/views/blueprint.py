"""The pages of invoices: the list and each invoice, the run, money received, statements of account."""

from marketplace.web import Pages

pages = Pages("billing", __name__, url_prefix="/invoices")
