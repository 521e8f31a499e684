"""The pages of matching plans: the board, single shifts of a plan, comparing, settings."""

from marketplace.plans.views import board, comparing, refilling, settings, wishes
from marketplace.plans.views.blueprint import pages

__all__ = ["board", "comparing", "pages", "refilling", "settings", "wishes"]
