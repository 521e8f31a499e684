"""The pages of matching plans: the board, single shifts of a plan, comparing, settings."""

from marketplace.plans.views import board, comparison, constraints, refill, settings
from marketplace.plans.views.blueprint import pages

__all__ = ["board", "comparison", "constraints", "pages", "refill", "settings"]
