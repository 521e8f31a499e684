"""The blueprint of offers, bookings, cancellations and reassignments."""

from marketplace.web import Pages

pages = Pages("booking", __name__)
