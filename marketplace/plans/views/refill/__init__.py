"""The pages of filling one seat again: who could, asking them, withdrawing the question."""

from marketplace.plans.views.refill import asking, page, withdrawal

__all__ = ["asking", "page", "withdrawal"]
