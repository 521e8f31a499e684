"""A coordinator and a shift that fit each other in every respect, to be changed one fact at a time."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marketplace.kernel import Span
from marketplace.matching.facts import (
    HIPAA_TRAINING,
    RN_LICENCE,
    AgreementFacts,
    BookingFacts,
    CompactMembership,
    Context,
    CoordinatorFacts,
    CredentialFacts,
    RequiredAgreement,
    ShiftFacts,
    VerificationState,
    Weights,
    Window,
    at_level,
)
from marketplace.matching.rules.hard_rules import explain
from marketplace.matching.verdicts import Verdict, objections

RIVERSIDE, HARBOR = 1, 2
NEW_YORK = "America/New_York"

BAA = AgreementFacts(RequiredAgreement.BAA, "7", date(2025, 1, 1))
CONTRACT = AgreementFacts(RequiredAgreement.CONTRACT, "7", date(2025, 1, 1))
TRAINING = CredentialFacts(HIPAA_TRAINING, "HIP-1", date(2026, 1, 1), date(2027, 12, 31))
CODER = CredentialFacts("CPCC", "CPC-1", date(2026, 1, 1), date(2027, 12, 31))
ILLINOIS = CredentialFacts(
    RN_LICENCE, "RN-IL-1", date(2026, 1, 1), date(2027, 12, 31), VerificationState.VERIFIED, "IL"
)
TEXAS = CredentialFacts(
    RN_LICENCE, "RN-TX-1", date(2026, 1, 1), date(2027, 12, 31), VerificationState.VERIFIED, "TX", True
)

EVERY_DAY = tuple(Window(weekday, 0, 1440) for weekday in range(7))


def at(local: str, zone: str = NEW_YORK) -> datetime:
    """`2026-12-01 09:00` on the wall of a place, as an instant."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def span(start: str, end: str, zone: str = NEW_YORK) -> Span:
    return Span(at(start, zone), at(end, zone))


def booking(start: str, end: str, zone: str = NEW_YORK, shift_id: int = 900, facility_id: int = HARBOR) -> BookingFacts:
    return BookingFacts(span(start, end, zone), shift_id, facility_id)


ANA = CoordinatorFacts(
    id=10,
    name="Ana Müller",
    country="US",
    zone=NEW_YORK,
    work_state="TX",
    home_state="TX",
    service_lines=frozenset({"triage", "medical-billing"}),
    languages=at_level(["en", "es"]),
    ehr=at_level(["Epic"]),
    education="associate",
    years_experience=4,
    credentials=(TRAINING, CODER, ILLINOIS, TEXAS),
    agreements=(BAA,),
    min_pay_cents=2000,
    max_week_minutes=2400,
    availability=EVERY_DAY,
)
# Tuesday, 8 hours
BILLING = ShiftFacts(
    id=500,
    facility_id=RIVERSIDE,
    zone=NEW_YORK,
    span=span("2026-12-01 09:00", "2026-12-01 17:00"),
    service_line="medical-billing",
    pay_rate_cents=2600,
    bill_rate_cents=3900,
    required_credentials=frozenset({"CPCC"}),
    languages=at_level(["en", "es"]),
    ehr=at_level(["Epic"]),
    min_education="associate",
    min_years=2,
    payer_mix=frozenset({"commercial"}),
    agreements=(CONTRACT, BAA),
)
WEIGHTS = Weights(
    continuity=200, favourite=100, rating=150, cost=120, time_zone=110, skills=120, preferred_hours=70, fairness=80,
    versatility=49,
)  # fmt: skip
"""Every part has points."""

CONTEXT = Context(
    as_of=datetime(2026, 11, 20, 12, tzinfo=UTC),
    compact=tuple(CompactMembership(state, date(2018, 1, 19)) for state in ("TX", "FL", "CO")),
    weights=WEIGHTS,
)


def ana(**changes: Any) -> CoordinatorFacts:
    return replace(ANA, **changes)


def billing(**changes: Any) -> ShiftFacts:
    return replace(BILLING, **changes)


def triage(*states: str, **changes: Any) -> ShiftFacts:
    return replace(
        BILLING,
        service_line="triage",
        clinical=True,
        requires_licence=True,
        patient_states=frozenset(states),
        **changes,
    )


def context(**changes: Any) -> Context:
    return replace(CONTEXT, **changes)


def refusals(coordinator: CoordinatorFacts, shift: ShiftFacts, asked: Context = CONTEXT) -> dict[str, str]:
    """What stands in the way: the rule's code and its sentence."""
    return {verdict.rule: str(verdict.phrase) for verdict in objections(explain(coordinator, shift, asked))}


def verdict_of(rule: str, coordinator: CoordinatorFacts, shift: ShiftFacts, asked: Context = CONTEXT) -> Verdict:
    return next(verdict for verdict in explain(coordinator, shift, asked) if verdict.rule == rule)
