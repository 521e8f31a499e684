"""The pages of agreements."""

from marketplace.contracts.views import agreements, drafting, editing, parties, rates, reading, signing, standard_card
from marketplace.contracts.views.blueprint import pages

__all__ = ["agreements", "drafting", "editing", "pages", "parties", "rates", "reading", "signing", "standard_card"]
