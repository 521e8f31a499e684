"""What follows from what across concepts: one table. Everything here runs inside the transaction of its cause."""

from collections.abc import Callable
from typing import Any

from marketplace.accounts import trail
from marketplace.audit.recording import record

# (who announces, what follows)
REACTIONS: tuple[tuple[list[Callable[..., Any]], Callable[..., Any]], ...] = (
    # An act on people and their rights → a line in the audit trail.
    (trail.recorders, record),
)


def connect() -> None:
    """Make every reaction follow from now on; doing it twice changes nothing."""
    for announcements, reaction in REACTIONS:
        if reaction not in announcements:
            announcements.append(reaction)
