"""The rows each audience sees: the agency all of a kind, a facility and a coordinator their own, everybody else none.

Each `visible_to` asks here. Row-level security (migration 0001) draws the same line once more, in the database.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, false
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.db.sessions import Audience

Rows = TypeVar("Rows", bound=Select[Any])
Condition = ColumnElement[bool]
Key = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]


class Viewer(Protocol):
    """Somebody who asks, and for whom: a person with the membership they act under."""

    @property
    def audience(self) -> Audience: ...

    @property
    def facility_id(self) -> int | None: ...

    @property
    def coordinator_id(self) -> int | None: ...


class Share(Enum):
    """The share of rows an audience sees where no column names their owner."""

    ALL = "all"
    NONE = "none"


def seen_by(
    person: Viewer,
    rows: Rows,
    *,
    facility: Key | Share = Share.NONE,
    coordinator: Key | Share = Share.NONE,
    facility_if: Sequence[Condition] = (),
    coordinator_if: Sequence[Condition] = (),
    agency: bool = True,
) -> Rows:
    """The part of `rows` that this person may see.

    `facility` and `coordinator` are the columns that say whose a row is, or how much of all rows that audience sees;
    without one it sees none. Of these, `facility_if` and `coordinator_if` keep what that audience may see already. The
    agency sees every row, unless `agency` is false. Somebody who acts for no facility or coordinator owns no row, also none
    without an owner.
    """
    match person.audience:
        case Audience.AGENCY:
            return rows if agency else rows.where(false())
        case Audience.FACILITY:
            return rows.where(*_share(facility, person.facility_id), *facility_if)
        case Audience.COORDINATOR:
            return rows.where(*_share(coordinator, person.coordinator_id), *coordinator_if)
        case _:
            return rows.where(false())


def _share(owner: Key | Share, own_id: int | None) -> tuple[Condition, ...]:
    if owner is Share.ALL:
        return ()
    if owner is Share.NONE or own_id is None:
        return (false(),)
    return (owner == own_id,)
