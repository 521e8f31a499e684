"""The clock, in one place, so that a test or the demo history can live on another day."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present moment as an aware UTC instant."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def frozen_at(moment: datetime) -> Iterator[datetime]:
    """Within the block, `now()` answers this moment (an aware instant; a naive one raises ValueError)."""
    if moment.tzinfo is None:
        raise ValueError("the clock can only be frozen at an aware instant")
    instant = moment.astimezone(UTC)
    token = _frozen.set(instant)
    try:
        yield instant
    finally:
        _frozen.reset(token)
