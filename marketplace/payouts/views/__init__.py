"""Pay runs for the agency's finance, and for each coordinator what they earned and were paid."""

from marketplace.payouts.views import earnings, holds, runs, sending
from marketplace.payouts.views.blueprint import pages

__all__ = ["earnings", "holds", "pages", "runs", "sending"]
