"""The pages of shifts: a coordinator's offers, whom a shift is offered to, and what became of each booking."""

from flask import flash

from marketplace.assignments.verdict_words import datum_words, verdict_words
from marketplace.web.guard import Pages

pages = Pages("assignments", __name__)
pages.add_app_template_filter(verdict_words)
pages.add_app_template_filter(datum_words)


def flash_with_undo(text: str, undo_url: str) -> None:
    """Say what happened, with the way back (see templates/macros/toasts.html)."""
    flash({"text": text, "undo_url": undo_url})  # type: ignore[arg-type]


from marketplace.assignments.views import bookings, cancellations, every_rule, moves, offers, shifts, weights  # noqa: E402, F401  (they add their routes)
