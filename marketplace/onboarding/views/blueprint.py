"""The blueprint of getting started."""

from marketplace.web import Pages

pages = Pages("onboarding", __name__)
