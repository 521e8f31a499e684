"""The blueprint of facilities."""

from marketplace.web import Pages

pages = Pages("facilities", __name__)
