"""The blueprint of coordinators."""

from marketplace.web import Pages

pages = Pages("coordinators", __name__)
