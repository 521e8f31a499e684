"""The front door, each audience's first page, and search."""

from marketplace.dashboards.views import fairness, front, inbox, overview, searching
from marketplace.dashboards.views.blueprint import pages

__all__ = ["fairness", "front", "inbox", "overview", "pages", "searching"]
