"""The facts of a shift, as matching reads them."""

from collections.abc import Iterable

from marketplace.eligibility.agreements import Agreements, agreements
from marketplace.facilities.models import Facility
from marketplace.matching.facts import RN_LICENCE, ShiftFacts, at_level
from marketplace.needs.models import Need, Shift


def shift_facts(shift: Shift, papers: Agreements | None = None) -> ShiftFacts:
    """What matching may know of a shift loaded `with_terms`. One statement for the facility's agreements."""
    return facts_of_shifts([shift], papers)[0]


def facts_of_shifts(shifts: Iterable[Shift], papers: Agreements | None = None) -> list[ShiftFacts]:
    """The same for many shifts, still one statement (none with `papers` at hand)."""
    shifts = list(shifts)
    papers = papers or agreements(facilities={shift.facility_id for shift in shifts}, coordinators=())
    return [_facts_of(shift, shift.need, shift.facility, papers) for shift in shifts]


def _facts_of(shift: Shift, need: Need, facility: Facility, papers: Agreements) -> ShiftFacts:
    required = frozenset(need.required_credentials)
    return ShiftFacts(
        id=shift.id or 0,
        facility_id=shift.facility_id,
        zone=shift.time_zone,
        span=shift.span,
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
        payer_mix=frozenset(facility.payer_mix),
        agreements=papers.of_facilities.get(shift.facility_id, ()),
    )
