"""Random coordinators and shifts near enough to each other that every rule gets both answers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from marketplace.kernel import Span
from marketplace.matching.facts import (
    AgreementFacts,
    BookingFacts,
    CompactMembership,
    Context,
    CoordinatorFacts,
    CredentialFacts,
    RequiredAgreement,
    ShiftFacts,
    VerificationState,
    Window,
)
from tests.matching.cast import BILLING, CONTEXT, HARBOR, RIVERSIDE, TRAINING, ana, billing, context

ZONES = (
    "America/New_York", "America/Los_Angeles", "America/Phoenix", "America/Havana", "America/Santiago",
    "Asia/Manila", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Dublin",
)  # fmt: skip
# Nights on which clocks change in one of these zones, an ordinary week, and the turn of a year.
AROUND = [
    date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5), date(2026, 10, 4), date(2026, 9, 6), date(2026, 12, 1),
    date(2026, 12, 31),
]  # fmt: skip
zones = st.sampled_from(ZONES)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    day = draw(st.sampled_from(AROUND)) + timedelta(days=draw(st.integers(-2, 2)))
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 95)) * 15)


@st.composite
def spans(draw: st.DrawFn, longest: int = 780) -> Span:
    start = draw(moments())
    return Span(start, start + timedelta(minutes=draw(st.integers(1, longest))))


def windows() -> st.SearchStrategy[tuple[Window, ...]]:
    quarter = st.integers(0, 95).map(lambda n: n * 15)
    window = st.builds(Window, st.integers(0, 6), quarter, st.one_of(quarter, st.just(1440)))
    daily = st.builds(
        lambda start, end: tuple(Window(weekday, start, end) for weekday in range(7)),
        quarter,
        st.one_of(quarter, st.just(1440)),
    )
    return st.one_of(daily, st.lists(window, max_size=8).map(tuple))


def near(span: Span) -> st.SearchStrategy[Span]:
    """Spans in the days before and after, some touching."""
    return st.builds(
        lambda offset, length: Span(
            span.start + timedelta(minutes=offset), span.start + timedelta(minutes=offset + length)
        ),
        st.integers(-4 * 96, 4 * 96).map(lambda n: n * 15),
        st.integers(1, 720),
    )


def edges(span: Span) -> st.SearchStrategy[date]:
    return st.one_of(
        st.integers(-2, 2).map(lambda n: span.end.date() + timedelta(days=n)),
        st.sampled_from([date(2025, 1, 1), date(2028, 1, 1)]),
    )


@st.composite
def credentials(draw: st.DrawFn, span: Span) -> CredentialFacts:
    kind = draw(st.sampled_from(["rn-license", "rn-license", "hipaa-training", "CPCC"]))
    license = kind == "rn-license"
    first, last = sorted([draw(edges(span)), draw(edges(span))])
    return CredentialFacts(
        type=kind,
        number=f"N-{draw(st.integers(1, 99))}",
        issued_on=first,
        expires_on=draw(st.sampled_from([last, None])),
        verification=draw(
            st.sampled_from([VerificationState.VERIFIED, VerificationState.VERIFIED, *VerificationState])
        ),
        state=draw(st.sampled_from(["IL", "TX", "FL"])) if license else None,
        multistate=draw(st.booleans()) if license else False,
    )


@st.composite
def agreements(draw: st.DrawFn, span: Span) -> AgreementFacts:
    first, last = sorted([draw(edges(span)), draw(edges(span))])
    kind = draw(st.sampled_from(RequiredAgreement))
    return AgreementFacts(kind, f"{kind}-{draw(st.integers(1, 99))}", first, draw(st.sampled_from([last, None])))


def some(draw: st.DrawFn, choices: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    """A few facts changed, the others left as they fit."""
    names = draw(st.lists(st.sampled_from(sorted(choices)), max_size=6, unique=True))
    return {name: draw(choices[name]) for name in names}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[CoordinatorFacts, ShiftFacts, Context]:
    """A coordinator, a shift and the moment of asking."""
    span = draw(spans())
    states = st.sets(st.sampled_from(["IL", "TX", "FL", "CA"]), max_size=3).map(frozenset)
    facilities = st.sets(st.sampled_from([RIVERSIDE, HARBOR])).map(frozenset)
    levels = st.dictionaries(st.sampled_from(["en", "es", "Epic"]), st.integers(1, 3))
    level_words = ["high-school", "associate", "bachelor", "unheard-of", ""]
    shift = billing(
        span=span,
        **some(draw, {
            "zone": zones,
            "service_line": st.sampled_from(["triage", "rpm"]),
            "pay_rate_cents": st.integers(1900, 2100),
            "requires_licence": st.just(True),
            "patient_states": states,
            "required_credentials": st.sets(st.sampled_from(["CPCC", "CMM", "rn-license", "hipaa-training"])).map(frozenset),
            "preferred_credentials": st.sets(st.sampled_from(["CPCC", "CMM"])).map(frozenset),
            "languages": levels,
            "ehr": levels,
            "min_education": st.sampled_from([*level_words, None]),
            "min_years": st.integers(0, 6),
            "payer_mix": st.sets(st.sampled_from(["commercial", "medicare-advantage", "texas-medicaid"])).map(frozenset),
            "offshore_allowed": st.booleans(),
            "agreements": st.lists(agreements(span), max_size=4).map(tuple),
        }),
    )  # fmt: skip
    bookings = st.builds(BookingFacts, near(span), st.sampled_from([BILLING.id, 900, 901]), st.sampled_from([1, 2]))
    coordinator = ana(
        **some(draw, {
            "zone": zones,
            "country": st.sampled_from(["US", "PH", "PR"]),
            "home_state": st.sampled_from(["IL", "TX", None]),
            "active": st.booleans(),
            "exclusion_hold": st.sampled_from([None, "LEIE hit"]),
            "service_lines": st.sets(st.sampled_from(["triage", "rpm", "medical-billing"])).map(frozenset),
            "languages": levels,
            "ehr": levels,
            "education": st.sampled_from(level_words),
            "years_experience": st.integers(0, 6),
            "credentials": st.builds(
                lambda some, training: (*some, *training),
                st.lists(credentials(span), max_size=5).map(tuple),
                st.sampled_from([(TRAINING,), (TRAINING,), ()]),
            ),
            "agreements": st.lists(agreements(span), max_size=4).map(tuple),
            "min_pay_cents": st.integers(1900, 2700),
            "max_week_minutes": st.integers(300, 2400),
            "rest_minutes": st.integers(0, 720),
            "availability": windows(),
            "preferred_hours": windows(),
            "time_off": st.lists(near(span), max_size=2).map(tuple),
            "bookings": st.lists(bookings, max_size=4).map(tuple),
            "blocked_facilities": facilities,
            "blocked_by_facilities": facilities,
            "trained_facilities": facilities,
            "favourite_facilities": facilities,
            "favourite_of_facilities": facilities,
            "facility_minutes": st.dictionaries(st.sampled_from([RIVERSIDE, HARBOR]), st.integers(0, 9000)),
            "rating_hundredths": st.one_of(st.none(), st.integers(100, 500)),
            "reliability": st.one_of(st.none(), st.integers(0, 100)),
            "offers_recently": st.integers(0, 40),
            "fills_recently": st.integers(0, 20),
        })
    )  # fmt: skip
    members = st.builds(
        CompactMembership, st.sampled_from(["TX", "FL", "IL"]), edges(span), st.one_of(st.none(), edges(span))
    )
    asked = context(
        as_of=draw(st.one_of(st.just(CONTEXT.as_of - timedelta(days=400)), moments())),
        compact=draw(st.one_of(st.just(CONTEXT.compact), st.lists(members, max_size=4).map(tuple))),
    )
    return coordinator, shift, asked
