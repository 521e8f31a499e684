"""One look at what has changed since the last one: coordinators, the weights in force, the last plan."""

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, select

from marketplace.db import session
from marketplace.eligibility.assessment import read_weights, weights_now
from marketplace.eligibility.models import CoordinatorChange
from marketplace.eligibility.seat_values import LastPlan, last_plan
from marketplace.matching.facts import Weights


class ChangesSeen(NamedTuple):
    """One look at the changes, as of one snapshot of the database."""

    since: int
    """The oldest transaction that was still open: from it on, changes may appear that were not there to be seen."""
    changed: frozenset[int]
    mine: frozenset[int]
    """Changed by the very transaction that is looking: it may yet be rolled back."""
    weights: Weights
    """Those in force."""
    plan: LastPlan


def _number(transaction: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(cast(transaction, Text), BigInteger)


def look(since: int) -> ChangesSeen:
    """The coordinators changed since a transaction, the weights in force and the last plan; one statement."""
    change = CoordinatorChange
    whom = func.array_agg(change.coordinator_id.distinct())
    mine = _number(func.pg_current_xact_id_if_assigned())
    rows = session.execute(
        select(
            _number(func.pg_snapshot_xmin(func.pg_current_snapshot())),
            select(whom).where(change.changed_in >= since).scalar_subquery(),
            select(whom).where(change.changed_in == mine).scalar_subquery(),
            weights_now(),
            *last_plan(),
        )
    ).one()
    plan = LastPlan(rows[4], rows[5], frozenset(rows[6] or ()))
    return ChangesSeen(rows[0], frozenset(rows[1] or ()), frozenset(rows[2] or ()), read_weights(rows[3]), plan)
