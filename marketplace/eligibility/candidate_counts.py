"""The number of coordinators a posting would find, told before it is posted."""

from datetime import datetime

from marketplace.eligibility.candidates import Matching, matching_count
from marketplace.eligibility.loading import agreements
from marketplace.facilities.models import Facility
from marketplace.matching.facts import RN_LICENCE, ShiftFacts, at_level
from marketplace.needs.quoting import NeedDraft, Quote


def matches(draft: NeedDraft, plan: Quote, facility: Facility, at: datetime) -> Matching:
    """Of all active coordinators: how many may take at least one shift of the plan, and how many every one.

    Only the two figures leave this function, so it may read what the facility may not. Each shift is judged by itself.
    """
    line, required = plan.line, frozenset(draft.required_credentials)
    licensed = line.needs_licence or (line.clinical and RN_LICENCE in required)
    papers = agreements(facilities=[facility.id], coordinators=())
    shifts = [
        ShiftFacts(
            id=0,
            facility_id=facility.id,
            zone=draft.time_zone,
            span=shift.span,
            service_line=draft.line,
            pay_rate_cents=shift.pay_cents,
            bill_rate_cents=shift.bill_cents,
            headcount=draft.headcount,
            clinical=line.clinical,
            requires_licence=licensed,
            patient_states=frozenset(draft.patient_states),
            required_credentials=required,
            preferred_credentials=frozenset(draft.preferred_credentials),
            languages=at_level(draft.languages),
            ehr=at_level([draft.ehr] if draft.ehr else []),
            min_education=draft.min_education.value if draft.min_education else None,
            min_years=draft.min_years,
            payer_mix=frozenset(facility.payer_mix),
            agreements=papers.of_facilities.get(facility.id, ()),
        )
        for shift in plan.shifts
    ]
    return matching_count(shifts, at)
