"""The eligibility index of this process: who may take which shift, asked by every page, job and plan.

Each process keeps its own, current by `in_memory`. Nothing that is booked rests on it: `booking.book` judges by the rules, on
facts read behind the locks.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, delete

from marketplace.db import as_system, session
from marketplace.eligibility.models import CoordinatorChange
from marketplace.kernel import now

if TYPE_CHECKING:
    from marketplace.eligibility.in_memory.shared_index import SharedIndex
    from marketplace.eligibility.in_memory.upkeep import CurrentIndex
    from marketplace.eligibility.loading import Agreements
    from marketplace.eligibility.seat_values import PlannedShift
    from marketplace.matching.facts import CoordinatorFacts, Weights

KEPT_FOR = timedelta(days=2)
"""How long it stays written down who has changed."""

_current: WeakKeyDictionary[Engine, CurrentIndex] = WeakKeyDictionary()
_making = threading.Lock()


def _of_this_database() -> CurrentIndex:
    # numpy takes a tenth of a second to load: not before somebody asks the index.
    from marketplace.eligibility.in_memory.upkeep import CurrentIndex

    engine = session.connection().engine
    with _making:
        return _current.setdefault(engine, CurrentIndex())


@contextmanager
def current_index(at: datetime, facilities: Collection[int] = ()) -> Iterator[SharedIndex]:
    """All active coordinators, as the transaction sees them. Answers must be taken within the block.

    Two statements, and three more when somebody has changed. Reads past the actor's own rows: only verdicts, points and
    counts may leave.
    """
    with as_system():
        current = _of_this_database()
        with current.lock:
            yield current.at(at, facilities)


def current_facts_of(
    coordinator_id: int, at: datetime, facilities: Collection[int]
) -> tuple[CoordinatorFacts, Agreements, Weights] | None:
    """The facts of an active coordinator, with the papers of these facilities and the weights in force.

    None where this process has no index yet: one person does not wait until everybody is read.
    """
    with as_system():
        current = _current.get(session.connection().engine)
        if current is None or current.index is None:
            return None
        with current.lock:
            them = current.at(at, facilities)
            if coordinator_id not in them.index:
                return None
            return them.index.facts(them.index.position(coordinator_id)), them.papers, them.weights


def shifts_wanted_for(shifts: Collection[int]) -> dict[int, PlannedShift]:
    """The last plan's shifts in this process's memory, for those just ranked by its prices. No statement.

    For the agency alone: they are other facilities' shifts.
    """
    return _of_this_database().prices.planned(shifts)


def sweep_changes() -> int:
    """Forget who changed long ago: every process has seen it, or reads everybody anew. Returns how many lines."""
    done = session.execute(
        delete(CoordinatorChange)
        .where(CoordinatorChange.noted_at < now() - KEPT_FOR)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
