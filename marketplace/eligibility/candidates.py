"""Everyone for one shift, best first; for everyone else why not; and every open shift as one coordinator sees it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from marketplace.db import as_system
from marketplace.eligibility import loading
from marketplace.eligibility.assessment import Assessment, context_for, facts_of_shifts, shift_facts
from marketplace.eligibility.index import current_facts_of, current_index
from marketplace.eligibility.loading import Agreements, agreements
from marketplace.kernel import now
from marketplace.matching.facts import CoordinatorFacts, ShiftFacts
from marketplace.matching.ranking import Ranking
from marketplace.matching.scoring import Score
from marketplace.matching.verdicts import Verdict
from marketplace.needs.models import Shift


def ranked(shift: Shift, at: datetime, *, for_facility: bool = False) -> Ranking:
    """All active coordinators for a shift loaded with `load_options()`: the eligible best first, the others with every reason.

    With `for_facility` a coordinator's private choices are not told.
    The order is by score, less the worth of the coordinator's hours elsewhere by the last plan that knows the shift.
    """
    with current_index(at, [shift.facility_id]) as them:
        about = shift_facts(shift, them.papers)
        them.asked_about([about], at)
        return them.ranking(about, at, priced=True, for_facility=for_facility)


class Matching(NamedTuple):
    """Of a series of shifts not yet posted: who may take at least one of them, and who all of them."""

    some: int
    all: int


def matching_count(drafts: Sequence[ShiftFacts], at: datetime | None = None) -> Matching:
    """The number of active coordinators who may take at least one of the draft shifts, and of those free for every one.

    Each shift is judged by itself: a weekly limit that the whole series would break does not count against anybody here.
    """
    if not drafts:
        return Matching(0, 0)
    at = at or now()
    with current_index(at) as them:
        them.asked_about(drafts, at)
        return Matching(*them.free_for(drafts))


@dataclass(frozen=True)
class Fit:
    """One shift as one coordinator sees it. Verdicts and score are computed when shown: a page shows few of many shifts."""

    shift: Shift
    assessment: Assessment

    @property
    def may(self) -> bool:
        """Whether no rule refuses."""
        return self.assessment.eligible

    @property
    def verdicts(self) -> list[Verdict]:
        """Every rule's answer."""
        return self.assessment.verdicts

    @property
    def score(self) -> Score:
        """Their score, whether or not they may."""
        return self.assessment.score

    def without(self, shift_id: int) -> "Fit":
        """The same judgement without the coordinator's booking on another shift."""
        return Fit(self.shift, self.assessment.without(shift_id))


class Feed:
    """One coordinator before many shifts: the facts are read once, each shift then costs some microseconds."""

    def __init__(self, coordinator_id: int, shifts: Iterable[Shift], at: datetime) -> None:
        self._shifts = list(shifts)
        facilities = {shift.facility_id for shift in self._shifts}
        with as_system():
            known = current_facts_of(coordinator_id, at, facilities) or _read(coordinator_id, at, facilities)
            self.person, papers, weights = known
            self._about = facts_of_shifts(self._shifts, papers)
            self._context = context_for(self._about, at, weights)

    def fits(self) -> list[Fit]:
        """Every shift in the order given, with whether the coordinator may take it."""
        return [
            Fit(shift, Assessment(self.person, about, self._context))
            for shift, about in zip(self._shifts, self._about, strict=True)
        ]


def _read(coordinator_id: int, at: datetime, facilities: Collection[int]) -> tuple[CoordinatorFacts, Agreements, None]:
    papers = agreements(facilities=facilities, coordinators=[coordinator_id])
    (person,) = loading.coordinator_facts([coordinator_id], at=at, papers=papers)
    return person, papers, None
