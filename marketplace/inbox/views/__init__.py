"""The pages of the agency"s inbox."""

from marketplace.inbox.views import inbox
from marketplace.inbox.views.blueprint import pages

__all__ = ["inbox", "pages"]
