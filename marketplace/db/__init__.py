"""The database as every room sees it: tables' base, the session and its audience, scoping, jobs."""

from marketplace.db.base import (
    Base,
    Cents,
    Key,
    Minutes,
    Moment,
    Record,
    Records,
    Versioned,
    Words,
    check,
    private_column,
    related,
    state_column,
)
from marketplace.db.folding import folded, folded_words, found_in
from marketplace.db.jobs import SOON_AGAIN, enqueue, failed_job, jobs_app, resume_abandoned, retry_failed, work
from marketplace.db.scoping import Share, seen_by
from marketplace.db.sessions import SYSTEM, VISITOR, Actor, Audience, as_system, bind_actor, current_actor, session

__all__ = [
    "SOON_AGAIN",
    "SYSTEM",
    "VISITOR",
    "Actor",
    "Audience",
    "Base",
    "Cents",
    "Key",
    "Minutes",
    "Moment",
    "Record",
    "Records",
    "Share",
    "Versioned",
    "Words",
    "as_system",
    "bind_actor",
    "check",
    "current_actor",
    "enqueue",
    "failed_job",
    "folded",
    "folded_words",
    "found_in",
    "jobs_app",
    "private_column",
    "related",
    "resume_abandoned",
    "retry_failed",
    "seen_by",
    "session",
    "state_column",
    "work",
]
