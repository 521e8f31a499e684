"""One session a request, and every transaction names the actor it runs for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session, SessionTransaction, scoped_session, sessionmaker


class Audience(StrEnum):
    """The kinds of reader. Each is a PostgreSQL role with row-level security of its own (migration 0001)."""

    VISITOR = "visitor"
    FACILITY = "facility"
    COORDINATOR = "coordinator"
    AGENCY = "agency"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """On whose behalf a transaction runs: what row-level security sees."""

    audience: Audience = Audience.VISITOR
    person_id: int | None = None
    facility_id: int | None = None
    coordinator_id: int | None = None


VISITOR = Actor()
SYSTEM = Actor(Audience.SYSTEM)

_BIND = text(
    "SELECT set_config('role', :role, true), set_config('app.person', :person, true),"
    " set_config('app.facility', :facility, true), set_config('app.coordinator', :coordinator, true)"
)

_factory = sessionmaker(expire_on_commit=False)
session: scoped_session[Session] = scoped_session(_factory)


def connect(url: str, **options: Any) -> Engine:
    """Point every session of this process at `url`; returns the engine. Times are UTC, locks and slow queries give up."""
    engine = create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "options": "-c timezone=UTC -c lock_timeout=2s -c statement_timeout=5s -c idle_in_transaction_session_timeout=60s"
        },
        **options,
    )
    session.remove()
    _factory.configure(bind=engine)
    return engine


def _tell(connection: Connection, actor: Actor) -> None:
    connection.execute(
        _BIND,
        {
            "role": f"marketplace_{actor.audience}",
            "person": str(actor.person_id or ""),
            "facility": str(actor.facility_id or ""),
            "coordinator": str(actor.coordinator_id or ""),
        },
    )


@event.listens_for(_factory, "after_begin")
def _bind_at_begin(current: Session, _: SessionTransaction, connection: Connection) -> None:
    _tell(connection, current.info.get("actor", VISITOR))


def bind_actor(actor: Actor) -> None:
    """From here on this session acts for `actor`, also inside the transaction already open."""
    current = session()
    current.info["actor"] = actor
    if current.in_transaction():
        current.flush()
        _tell(current.connection(), actor)


def current_actor() -> Actor:
    """On whose behalf the session acts now; a visitor until `bind_actor`."""
    actor = session().info.get("actor", VISITOR)
    assert isinstance(actor, Actor)
    return actor


@contextmanager
def as_system() -> Iterator[None]:
    """A stretch that must see past the actor's own rows, such as counting the seats of a shift.

    Stays in the same transaction. What is read here must not be shown unless the caller has checked it: `tests/house`
    keeps the list of the places that use it.
    """
    before = current_actor()
    if before == SYSTEM:
        yield
        return
    bind_actor(SYSTEM)
    try:
        yield
    finally:
        # After an error the transaction may be unusable; the roll-back that follows forgets the role anyway.
        current = session()
        current.info["actor"] = before
        if current.in_transaction() and current.is_active:
            bind_actor(before)
