"""The pages of matching plans: the board, single shifts of a plan, comparing, settings."""

from marketplace.web import Pages

pages = Pages("plans", __name__)
