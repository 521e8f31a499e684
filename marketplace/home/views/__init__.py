"""The pages of the front door and each audience's first page."""

from marketplace.home.views import front, live, overview
from marketplace.home.views.blueprint import pages

__all__ = ["front", "live", "overview", "pages"]
