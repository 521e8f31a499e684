"""The pages of coordinators."""

from marketplace.coordinators.views import (
    coordinators,
    editing,
    exclusion_hold,
    invitations,
    listing,
    own_profile,
    pausing,
)
from marketplace.coordinators.views.blueprint import pages

__all__ = ["coordinators", "editing", "exclusion_hold", "invitations", "listing", "own_profile", "pages", "pausing"]
