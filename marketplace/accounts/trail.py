"""What is done to people and their rights is written down, by whoever keeps the trail.

The audit trail stands above the people it speaks of, so it asks to be told (`reactions.py` connects it).
"""

from collections.abc import Callable
from typing import Any

from marketplace.db.session import as_system, session

Recorder = Callable[..., Any]
"""Called as `record(act, thing, sentence, by=person or None)`, in the act's own transaction."""

recorders: list[Recorder] = []


def record(act: str, thing: Any, sentence: str, by: Any = None) -> None:
    """Say that `act` was done to `thing`. The sentence names people, never passwords, codes or links."""
    if not recorders:
        return
    with as_system():  # also somebody who is only just coming in leaves a trail
        for write in recorders:
            write(act, thing, sentence, by=by)
        session.flush()
