"""The pages of shifts: a coordinator's offers, whom a shift is offered to, and what became of each booking."""

from flask import flash

from marketplace.web.guard import Pages

pages = Pages("assignments", __name__)


def flash_with_undo(text: str, undo_url: str) -> None:
    """Say what happened, with the way back (see templates/macros/toasts.html)."""
    flash({"text": text, "undo_url": undo_url})  # type: ignore[arg-type]


from marketplace.assignments.views import bookings, cancellations, every_rule, moves, offers, shifts, weights  # noqa: E402, F401  (they add their routes)
