"""The pages of needs and shifts with their people."""

from marketplace.coverage.views import (
    asking,
    deciding,
    everyone_else,
    listing,
    needs,
    posting_preview,
    shifts,
    stopping,
)
from marketplace.coverage.views.blueprint import pages

__all__ = ["asking", "deciding", "everyone_else", "listing", "needs", "pages", "posting_preview", "shifts", "stopping"]
