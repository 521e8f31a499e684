"""The pages of offers, bookings, cancellations and reassignments."""

from marketplace.booking.views import bookings, cancellations, offers, reassignments
from marketplace.booking.views.blueprint import pages

__all__ = ["bookings", "cancellations", "offers", "pages", "reassignments"]
