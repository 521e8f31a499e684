"""The part of a judgement that is the same for everybody: the moment, the score weights and the Nurse Licensure Compact."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, null, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array

from marketplace.catalogue.models import CompactMember
from marketplace.db import as_system, session
from marketplace.eligibility.models import PARTS_OF_THE_SCORE, WeightSet
from marketplace.kernel import now
from marketplace.matching.facts import CompactMembership, Context, ShiftFacts, Weights


def context_for(shifts: Iterable[ShiftFacts], at: datetime, weights: Weights | None = None) -> Context:
    """`context`, without the compact where no shift needs a license: then no rule looks at it.

    One statement; none where the weights in force are at hand and the compact is not needed.
    """
    return context(at, compact=any(shift.requires_licence for shift in shifts), weights=weights)


def context(at: datetime | None = None, *, compact: bool = True, weights: Weights | None = None) -> Context:
    """The moment of asking, the weights in force, and the Nurse Licensure Compact as the agency keeps it.

    At most one statement.
    """
    members: Sequence[Any] | None = None
    if compact or weights is None:
        with as_system():
            said, members = session.execute(select(weights_now(), _members() if compact else null())).one()
        weights = read_weights(said) if weights is None else weights
    return Context(
        as_of=at or now(),
        compact=tuple(
            CompactMembership(state, date.fromisoformat(since), date.fromisoformat(until) if until else None)
            for state, since, until in members or ()
        ),
        weights=weights,
    )


def _members() -> ScalarSelect[Any]:
    member = CompactMember
    one = func.jsonb_build_array(member.state, member.since, member.until)
    return select(func.jsonb_agg(aggregate_order_by(one, member.state, member.since))).scalar_subquery()


def weights_now() -> ScalarSelect[Any]:
    """The weights in force as a list, to be asked along with something else; nothing where none were ever set."""
    columns = [getattr(WeightSet, part) for part in PARTS_OF_THE_SCORE]
    return select(array(columns)).order_by(WeightSet.id.desc()).limit(1).scalar_subquery()


def read_weights(said: Sequence[int] | None) -> Weights:
    """What `weights_now` found."""
    return Weights(*said) if said else Weights()
