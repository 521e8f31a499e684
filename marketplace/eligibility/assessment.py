"""Whether a coordinator may take a shift, and how well they fit: the one way from the tables to the rules and the score."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ScalarSelect, func, null, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array

from marketplace.accounts.models import Person
from marketplace.catalogue.models import CompactMember
from marketplace.db import as_system, session
from marketplace.eligibility import loading
from marketplace.eligibility.disclosure import verdicts_for
from marketplace.eligibility.loading import Agreements, agreements
from marketplace.eligibility.models import PARTS_OF_THE_SCORE, WeightSet
from marketplace.kernel import JoinedList, NotAllowedNow, Span, now
from marketplace.matching.facts import (
    RN_LICENCE,
    BookingFacts,
    CompactMembership,
    Context,
    CoordinatorFacts,
    ShiftFacts,
    Weights,
    at_level,
)
from marketplace.matching.rules import hard_rules
from marketplace.matching.scoring import Score, score
from marketplace.matching.verdicts import Verdict, objections
from marketplace.needs.models import Shift


@dataclass(frozen=True)
class Assessment:
    """One coordinator and one shift on facts read once; each answer is computed when it is first asked for."""

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
        """The verdicts that refuse."""
        return objections(self.verdicts)

    def check(self, by: Person | None, name: str | None = None) -> None:
        """Raises NotAllowedNow with every objection that `by` may read. Without a name it speaks to the coordinator."""
        against = self.objections()
        if against:
            raise cannot_take(name, against, by)

    def without(self, shift_id: int) -> "Assessment":
        """The same judgement without the coordinator's booking on another shift."""
        kept = tuple(one for one in self.person.bookings if one.shift_id != shift_id)
        return replace(self, person=replace(self.person, bookings=kept))

    def beside(self, others: Iterable[BookingFacts]) -> "Assessment":
        """The same judgement with these bookings too."""
        bookings = sorted((*self.person.bookings, *others), key=lambda one: one.span)
        return replace(self, person=replace(self.person, bookings=tuple(bookings)))


def assess(
    coordinator_ids: Collection[int], shift: Shift, at: datetime, without: int | None = None
) -> list[Assessment]:
    """Judge these coordinators, by id, for a shift loaded with `load_options()`, on what the tables say now.

    `without` names a shift whose booking is left out of account. At most six statements, however many coordinators.
    """
    with as_system():
        papers = agreements(facilities=[shift.facility_id], coordinators=coordinator_ids)
        about = shift_facts(shift, papers)
        people = loading.coordinator_facts(coordinator_ids, at=at, around=about.span, papers=papers)
        context = context_for([about], at)
    found = [Assessment(person, about, context) for person in people]
    return [one.without(without) for one in found] if without is not None else found


def cannot_take(name: str | None, against: Iterable[Verdict], by: Person | None) -> NotAllowedNow:
    """The refusal with every objection that `by` may read; without a name it speaks to the coordinator."""
    why = JoinedList([verdict.phrase for verdict in verdicts_for(by, against)], " ")
    if name is None:
        return NotAllowedNow("You cannot take this shift: %(why)s", why=why)
    return NotAllowedNow("%(name)s cannot take this shift: %(why)s", name=name, why=why)


# ---- the shift's side ------------------------------------------------------------------------------------------------


def shift_facts(shift: Shift, papers: Agreements | None = None) -> ShiftFacts:
    """The facts of a shift loaded with `load_options()`. One statement for the facility's agreements."""
    return facts_of_shifts([shift], papers)[0]


def facts_of_shifts(shifts: Iterable[Shift], papers: Agreements | None = None) -> list[ShiftFacts]:
    """The same for many shifts, still one statement (none with `papers` at hand)."""
    shifts = list(shifts)
    papers = papers or agreements(facilities={shift.facility_id for shift in shifts}, coordinators=())
    return [_facts_of(shift, papers) for shift in shifts]


def _facts_of(shift: Shift, papers: Agreements) -> ShiftFacts:
    need = shift.need
    required = frozenset(need.required_credentials)
    return ShiftFacts(
        id=shift.id or 0,
        facility_id=shift.facility_id,
        zone=shift.time_zone,
        span=Span(shift.starts_at, shift.ends_at),
        service_line=shift.service_line,
        pay_rate_cents=shift.pay_rate_cents,
        bill_rate_cents=shift.bill_rate_cents,
        headcount=shift.headcount,
        clinical=shift.line.clinical,
        # Triage always; in the other clinical lines only a need that asks for a nurse is clinical judgement.
        requires_licence=shift.line.needs_licence or (shift.line.clinical and RN_LICENCE in required),
        patient_states=frozenset(need.patient_states),
        required_credentials=required,
        preferred_credentials=frozenset(need.preferred_credentials),
        languages=at_level(need.languages),
        ehr=at_level([need.ehr] if need.ehr else []),
        min_education=need.min_education.value if need.min_education else None,
        min_years=need.min_years,
        payer_mix=frozenset(shift.facility.payer_mix),
        agreements=papers.of_facilities.get(shift.facility_id, ()),
    )


# ---- the agency's side: the moment, the weights, the compact --------------------------------------------------------


def context_for(shifts: Iterable[ShiftFacts], at: datetime, weights: Weights | None = None) -> Context:
    """`context`, without the compact where no shift needs a license: then no rule looks at it.

    One statement; none where the weights in force are at hand and the compact is not needed.
    """
    return context(at, compact=any(shift.requires_licence for shift in shifts), weights=weights)


def context(at: datetime | None = None, *, compact: bool = True, weights: Weights | None = None) -> Context:
    """The moment of asking, the weights in force, and the states of the Nurse Licensure Compact with their dates.

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
    """The weights that `weights_now` found; the default ones for None."""
    return Weights(*said) if said else Weights()
