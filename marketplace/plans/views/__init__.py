"""The pages of matching plans: the board, single shifts of a plan, comparing, settings."""

from marketplace.web.guard import Pages

pages = Pages("plans", __name__)

from marketplace.plans.views import board, comparing, refilling, settings, wishes  # noqa: E402, F401  (they add their routes)
