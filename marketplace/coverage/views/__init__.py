"""The pages of needs and shifts with their people."""

from marketplace.coverage.views import needs, shifts
from marketplace.coverage.views.blueprint import pages

__all__ = ["needs", "pages", "shifts"]
