"""The blueprint of needs and shifts with their people."""

from marketplace.web import Pages

pages = Pages("coverage", __name__)
