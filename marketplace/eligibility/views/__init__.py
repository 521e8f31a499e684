"""The pages of the hard rules and the weights of the score."""

from marketplace.eligibility.views import pairs, rules, weights
from marketplace.eligibility.views.blueprint import pages

__all__ = ["pages", "pairs", "rules", "weights"]
