"""The pages of facilities."""

from marketplace.facilities.views import editing, facilities, invitations, listing, registration, settings, sites
from marketplace.facilities.views.blueprint import pages

__all__ = ["editing", "facilities", "invitations", "listing", "pages", "registration", "settings", "sites"]
