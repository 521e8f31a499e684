"""The pages of matching plans: the board, single shifts of a plan, comparing, refilling a seat, settings."""

from marketplace.plans.views import board, comparison, constraints, plans, publication, refill, settings, shift, what_if
from marketplace.plans.views.blueprint import pages

__all__ = [
    "board", "comparison", "constraints", "pages", "plans", "publication", "refill", "settings", "shift", "what_if",
]  # fmt: skip
