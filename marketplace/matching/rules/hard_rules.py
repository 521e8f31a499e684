"""All hard rules in one order, and the two questions asked of them: may this coordinator, and why not."""

from __future__ import annotations

from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.rules import credentials, profile, timing
from marketplace.matching.verdicts import Outcome, Rule, Verdict, is_eligible, objections

__all__ = ["BY_CODE", "RULES", "eligible", "explain", "is_eligible", "objections"]

RULES: tuple[Rule, ...] = (
    profile.active_account,
    profile.exclusion_screening,
    profile.service_line,
    credentials.patient_state_licence,
    credentials.required_credentials,
    credentials.hipaa_training,
    credentials.coordinator_baa,
    credentials.facility_contract,
    credentials.facility_baa,
    profile.offshore,
    timing.not_past,
    timing.overlap,
    timing.rest,
    timing.time_off,
    timing.availability,
    timing.weekly_hours,
    profile.languages,
    profile.ehr,
    profile.education,
    profile.experience,
    profile.pay,
    profile.coordinator_block,
    profile.do_not_return,
)
"""The order in which people read them: who, with which papers, when, with which abilities, at which price."""

BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}

# What refuses most pairs at the least cost comes first when only the yes or no is wanted.
_QUICKEST = (
    "service_line",
    "ehr",
    "languages",
    "pay",
    "offshore",
    "required_credentials",
    "overlap",
    "availability",
)
_QUICK_ORDER = tuple(
    sorted(RULES, key=lambda rule: _QUICKEST.index(rule.code) if rule.code in _QUICKEST else len(_QUICKEST))
)


def explain(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> list[Verdict]:
    """Every rule's verdict on the pair, in the order of `RULES`: all objections, never only the first."""
    return [rule(coordinator, shift, context) for rule in RULES]


def eligible(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> bool:
    """`is_eligible(explain(...))`, stopping at the first objection."""
    return not any(rule.check(coordinator, shift, context).outcome is Outcome.FAIL for rule in _QUICK_ORDER)
