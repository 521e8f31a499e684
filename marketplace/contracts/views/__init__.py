"""The pages of agreements."""

from marketplace.contracts.views import agreements, drafting, rates, signing, standard_card
from marketplace.contracts.views.blueprint import pages

__all__ = ["agreements", "drafting", "pages", "rates", "signing", "standard_card"]
