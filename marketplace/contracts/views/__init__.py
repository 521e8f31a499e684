"""The pages of agreements."""

from marketplace.contracts.views import agreements, drafting, rates, signing
from marketplace.contracts.views.blueprint import pages

__all__ = ["agreements", "drafting", "pages", "rates", "signing"]
