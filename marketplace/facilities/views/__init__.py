"""The pages of facilities."""

from marketplace.facilities.views import facilities, invitations, listing, settings
from marketplace.facilities.views.blueprint import pages

__all__ = ["facilities", "invitations", "listing", "pages", "settings"]
