"""The planning problem: open seats, eligible coordinators, scores and hours left, as plain facts."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from marketplace.kernel import Phrase, Span
from marketplace.matching.acceptance import NONE_YET, Answers, with_acceptance, with_application
from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.scoring import Score, score
from marketplace.matching.solver.instance import Instance

MINUTE = timedelta(minutes=1)
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class KeptPair:
    """A seat that is booked already."""

    shift_id: int
    coordinator_id: int
    seat: int


@dataclass(frozen=True)
class Pinned:
    """A pair that must be in the plan. `value` is in points."""

    shift_id: int
    coordinator_id: int
    value: int


@dataclass(frozen=True)
class Broken:
    """A pin that cannot be kept, and the reason."""

    constraint_id: int
    shift_id: int
    coordinator_id: int
    why: Phrase

    def as_record(self) -> dict[str, Any]:
        """Plain JSON, to be kept with the plan."""
        return {
            "constraint_id": self.constraint_id,
            "shift_id": self.shift_id,
            "coordinator_id": self.coordinator_id,
            "phrase": self.why.as_record(),
        }


@dataclass
class PlanningProblem:
    """All facts that the solver and the board need, detached from the database."""

    at: datetime
    horizon: Span
    context: Context
    shifts: list[ShiftFacts] = field(default_factory=list)
    """Shifts with an open seat, in order of start: slot k of the instance is `shifts[k]`."""
    open_seats: dict[int, int] = field(default_factory=dict)
    """Seats not taken, by shift; pinned ones included."""
    taken_seats: dict[int, set[int]] = field(default_factory=dict)
    people: dict[int, CoordinatorFacts] = field(default_factory=dict)
    """Every coordinator; their bookings include the pinned pairs."""
    kept: list[KeptPair] = field(default_factory=list)
    pinned: list[Pinned] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    waiting: set[tuple[int, int]] = field(default_factory=set)
    """(shift, coordinator) of offers and applications without an answer."""
    applied: set[tuple[int, int]] = field(default_factory=set)
    """The subset of `waiting` that are applications: the coordinator has said yes."""
    answers: dict[int, Answers] = field(default_factory=dict)
    """How each coordinator answered recent offers."""
    coordinators: list[int] = field(default_factory=list)
    """Coordinator j of the instance."""
    instance: Instance | None = None
    stay: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    refusals: dict[int, Counter[str]] = field(default_factory=dict)
    """Coordinators each rule refuses, for shifts with fewer eligible coordinators than seats."""

    @property
    def seats(self) -> int:
        """Seats that were open when the facts were read."""
        return sum(self.open_seats.values())

    @property
    def pinned_value(self) -> int:
        return sum(one.value for one in self.pinned)

    def fit(self, shift: ShiftFacts, coordinator_id: int) -> Score:
        """Score of a pair with its parts; one of them is the chance that the coordinator accepts."""
        fits = score(self.people[coordinator_id], shift, self.context)
        if (shift.id, coordinator_id) in self.applied:
            return with_application(fits)
        return with_acceptance(fits, self.answers.get(coordinator_id, NONE_YET))


@dataclass(frozen=True)
class Extra:
    """A pin for this one plan: what if the coordinator had that shift?"""

    shift_id: int
    coordinator_id: int
