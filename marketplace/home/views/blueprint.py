"""The blueprint of the front door and each audience's first page."""

from marketplace.web import Pages

pages = Pages("home", __name__)
