"""The front door, each audience's first page, and search."""

from marketplace.web.guard import Pages

pages = Pages("dashboards", __name__)
