"""The pages of offers, bookings, cancellations and reassignments."""

from marketplace.booking.views import bookings, cancellations, no_shows, offers, own_bookings, reassignments
from marketplace.booking.views.blueprint import pages

__all__ = ["bookings", "cancellations", "no_shows", "offers", "own_bookings", "pages", "reassignments"]
