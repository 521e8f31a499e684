"""The front door, each audience's first page, and search."""

from marketplace.web.guard import Pages

pages = Pages("dashboards", __name__)

from marketplace.dashboards.views import fairness, front, inbox, overview, searching  # noqa: E402, F401  (they add their routes)
