"""The pages of shifts: a coordinator's offers, whom a shift is offered to, and what became of each booking."""

from marketplace.web.guard import Pages

pages = Pages("assignments", __name__)
