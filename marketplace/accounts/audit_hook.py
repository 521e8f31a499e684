"""A hook for the audit trail: acts on people and their rights call it.

The audit trail stands above the people it speaks of, so it hangs on a hook (`marketplace/wiring.py` fills it).
"""

from typing import Any

from marketplace.db import as_system, session
from marketplace.kernel import Hook, Phrase

on_act: Hook[..., Any] = Hook("accounts.audit_hook.on_act")
"""Called as `on_act(act, thing, sentence, by=person or None)`, in the act's own transaction."""


def record(act: str, thing: Any, sentence: Phrase, by: Any = None) -> None:
    """Say that `act` was done to `thing`. The sentence names people, never passwords, codes or links."""
    with as_system():  # also somebody who is only just coming in leaves a trail
        on_act(act, thing, sentence, by=by)
        session.flush()
