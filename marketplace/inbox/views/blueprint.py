"""The blueprint of the agency's inbox."""

from marketplace.web import Pages

pages = Pages("inbox", __name__)
