"""May this coordinator take this shift, and how well do they fit: the one way from the tables to the rules' answer."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from marketplace.accounts.models import Person
from marketplace.db import as_system
from marketplace.eligibility import loading
from marketplace.eligibility.agreements import agreements
from marketplace.eligibility.context import context_for
from marketplace.eligibility.disclosure import verdicts_for
from marketplace.eligibility.shift_facts import shift_facts
from marketplace.kernel import JoinedList, NotAllowedNow
from marketplace.matching.facts import BookingFacts, Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.rules import hard_rules
from marketplace.matching.scoring import Score, score
from marketplace.matching.verdicts import Verdict, objections
from marketplace.needs.models import Shift


@dataclass(frozen=True)
class Assessment:
    """One coordinator and one shift on facts read once; each answer is worked out when it is asked for."""

    person: CoordinatorFacts
    shift: ShiftFacts
    context: Context

    @cached_property
    def eligible(self) -> bool:
        """Whether no rule refuses."""
        return hard_rules.eligible(self.person, self.shift, self.context)

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """Every rule's answer."""
        return hard_rules.explain(self.person, self.shift, self.context)

    @cached_property
    def score(self) -> Score:
        """How well they fit, whether or not they may."""
        return score(self.person, self.shift, self.context)

    @property
    def record(self) -> dict[str, Any]:
        """The facts as plain JSON, to be kept with an assignment."""
        return hard_rules.facts_record(self.person, self.shift, self.context)

    def objections(self) -> list[Verdict]:
        """What stands in the way."""
        return objections(self.verdicts)

    def check(self, by: Person | None, name: str | None = None) -> None:
        """Raises NotAllowedNow with every objection; `by` reads it. Without a name it is said to the coordinator."""
        against = self.objections()
        if against:
            raise cannot_take(name, against, by)

    def without(self, shift_id: int) -> "Assessment":
        """The same, had they no booking on another shift."""
        kept = tuple(one for one in self.person.bookings if one.shift_id != shift_id)
        return replace(self, person=replace(self.person, bookings=kept))

    def beside(self, others: Iterable[BookingFacts]) -> "Assessment":
        """The same, had they these bookings too."""
        bookings = sorted((*self.person.bookings, *others), key=lambda one: one.span)
        return replace(self, person=replace(self.person, bookings=tuple(bookings)))


def assess(
    coordinator_ids: Collection[int], shift: Shift, at: datetime, without: int | None = None
) -> list[Assessment]:
    """Judge these coordinators, by id, for a shift loaded `facts.with_terms()`, on what the tables say now.

    `without` names a shift whose booking is left out of account. At most six statements, however many coordinators.
    """
    with as_system():
        papers = agreements(facilities=[shift.facility_id], coordinators=coordinator_ids)
        people = loading.coordinator_facts(coordinator_ids, at=at, around=shift.span, papers=papers)
        about = shift_facts(shift, papers)
        context = context_for([about], at)
    found = [Assessment(person, about, context) for person in people]
    return [one.without(without) for one in found] if without is not None else found


def cannot_take(name: str | None, against: Iterable[Verdict], by: Person | None) -> NotAllowedNow:
    """Why a coordinator cannot take a shift, told to `by`; without a name it is said to the coordinator."""
    why = JoinedList([verdict.phrase for verdict in verdicts_for(by, against)], " ")
    if name is None:
        return NotAllowedNow("You cannot take this shift: %(why)s", why=why)
    return NotAllowedNow("%(name)s cannot take this shift: %(why)s", name=name, why=why)
