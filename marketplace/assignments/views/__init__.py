"""The pages of shifts: a coordinator's offers, whom a shift is offered to, and what became of each booking."""

from marketplace.assignments.views import bookings, cancellations, every_rule, moves, offers, shifts, weights
from marketplace.assignments.views.blueprint import pages

__all__ = ["bookings", "cancellations", "every_rule", "moves", "offers", "pages", "shifts", "weights"]
