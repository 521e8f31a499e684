"""The pages of needs and shifts with their people."""

from marketplace.coverage.views import asking, deciding, everyone_else, needs, shifts
from marketplace.coverage.views.blueprint import pages

__all__ = ["asking", "deciding", "everyone_else", "needs", "pages", "shifts"]
