"""The blueprint of the hard rules and the weights of the score."""

from marketplace.web import Pages

pages = Pages("eligibility", __name__)
