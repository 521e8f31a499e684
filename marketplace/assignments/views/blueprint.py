"""The pages of shifts: a coordinator's offers, whom a shift is offered to, and what became of each booking."""

from marketplace.assignments.verdict_words import datum_words, verdict_words
from marketplace.web.guard import Pages

pages = Pages("assignments", __name__)
pages.add_app_template_filter(verdict_words)
pages.add_app_template_filter(datum_words)
