"""The agreements of facilities and coordinators, as matching reads them."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select

from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.db import as_system, session
from marketplace.matching.facts import AgreementFacts, RequiredAgreement

REQUIRED = {AgreementKind.MASTER: RequiredAgreement.CONTRACT, AgreementKind.BAA: RequiredAgreement.BAA}
"""What each kind of agreement is to the rules of matching."""


class Agreements(NamedTuple):
    """Agreements that are or were in force, by facility and by coordinator."""

    of_facilities: dict[int, tuple[AgreementFacts, ...]]
    of_coordinators: dict[int, tuple[AgreementFacts, ...]]


def agreements(*, facilities: Collection[int] | None = None, coordinators: Collection[int] | None = None) -> Agreements:
    """Contracts and BAAs of the given facilities and coordinators (None: of all of that kind), in one statement.

    Only what is in force or ran out by itself is told; what was superseded or terminated no longer speaks for anybody.
    """
    rows = select(
        Agreement.id, Agreement.kind, Agreement.facility_id, Agreement.coordinator_id, Agreement.effective_from,
        Agreement.effective_until,
    ).where(Agreement.state.in_([AgreementState.ACTIVE, AgreementState.EXPIRED])).order_by(Agreement.id)  # fmt: skip
    whose = []
    whose.append(
        Agreement.facility_id.in_(facilities) if facilities is not None else Agreement.facility_id.is_not(None)
    )
    whose.append(
        Agreement.coordinator_id.in_(coordinators)
        if coordinators is not None
        else Agreement.coordinator_id.is_not(None)
    )
    rows = rows.where(whose[0] | whose[1])
    of_facilities: dict[int, tuple[AgreementFacts, ...]] = defaultdict(tuple)
    of_coordinators: dict[int, tuple[AgreementFacts, ...]] = defaultdict(tuple)
    with as_system():
        for key, kind, facility, coordinator, first, last in session.execute(rows):
            paper = AgreementFacts(REQUIRED[kind], str(key), first, last)
            if facility is not None:
                of_facilities[facility] += (paper,)
            elif coordinator is not None:
                of_coordinators[coordinator] += (paper,)
    return Agreements(of_facilities, of_coordinators)
