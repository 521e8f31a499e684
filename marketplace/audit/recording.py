"""Writing the trail: one sentence an act, in the act's own transaction."""

from typing import Any

import structlog
from sqlalchemy import inspect

from marketplace.audit.models import AuditEntry
from marketplace.db import Actor, current_actor, session
from marketplace.kernel import ENGLISH, Phrase, now


def record(act: str, thing: Any, sentence: Phrase, *, by: Any = None, **detail: Any) -> AuditEntry:
    """Write that `act` was done to `thing` (a mapped row with an integer id) in words a person can read.

    The phrase is kept and read in the language of whoever looks; TypeError when it cannot be kept.

    `by` is the person who did it; without one it is whoever the session acts for, or the system. `detail` must be plain JSON and
    free of secrets and patient data. `facility_id` and `coordinator_id` are taken from the thing, so that each side sees
    its own trail.
    """
    actor: Actor = current_actor()
    current = session()
    if inspect(thing).pending or inspect(thing).transient:
        current.add(thing)
        current.flush()
    entry = AuditEntry(
        at=now(),
        person_id=by.id if by is not None else actor.person_id,
        facility_id=getattr(thing, "facility_id", None) or (thing.id if thing.__tablename__ == "facility" else None),
        coordinator_id=getattr(thing, "coordinator_id", None)
        or (thing.id if thing.__tablename__ == "coordinator" else None),
        thing=thing.__tablename__,
        thing_id=thing.id,
        act=act,
        sentence=sentence.read(ENGLISH),
        phrase=sentence.as_record(),
        detail=detail,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
    current.add(entry)
    return entry
