"""The plain facts matching looks at: a coordinator, a shift, and the agency's policy on the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from marketplace.kernel import Span

RN_LICENCE = "rn-license"
HIPAA_TRAINING = "hipaa-training"

# Eight hours off between two shifts: a night's sleep. Each coordinator may ask for more or less.
REST_MINUTES = 480

# A week's work, unless a coordinator wants more or less. Overtime has a threshold of its own (timesheets/overtime).
WEEK_MINUTES = 40 * 60


class Level(IntEnum):
    """How well a language or a tool is mastered. A list without levels (a CSV file) means `WORKING`."""

    BASIC = 1
    WORKING = 2
    ADVANCED = 3


class VerificationState(StrEnum):
    """The state of a credential in the verification queue; only `VERIFIED` counts for work."""

    SUBMITTED = "submitted"
    VERIFIED = "verified"
    REJECTED = "rejected"
    REVOKED = "revoked"


class RequiredAgreement(StrEnum):
    """The two agreements that must be in force before patient information is touched (45 CFR 164.504(e)).

    A master agreement of `contracts` counts as the contract; verdicts keep these words.
    """

    CONTRACT = "contract"
    BAA = "baa"


def at_level(codes: Iterable[str], level: Level = Level.WORKING) -> dict[str, Level]:
    """`{"en": WORKING, "es": WORKING}` from a plain list of language or EHR names."""
    return dict.fromkeys(codes, level)


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly stretch of local time. `weekday` 0 is Monday; minutes count from that midnight.

    `end_minute` 1440 is midnight; an end at or before the start runs into the next day (18:00–06:00 is 1080, 360).
    """

    weekday: int
    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        if not (0 <= self.weekday <= 6 and 0 <= self.start_minute < 1440 and 0 <= self.end_minute <= 1440):
            raise ValueError(f"not a weekly window: {self.weekday}, {self.start_minute}, {self.end_minute}")


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """One credential. `expires_on` is the last valid day; None never expires. `state` and `multistate` for licenses."""

    type: str
    number: str
    issued_on: date
    expires_on: date | None
    verification: VerificationState = VerificationState.VERIFIED
    state: str | None = None
    multistate: bool = False


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """A signed contract or BAA with its first and last day in force (None: open-ended).

    Hand over only what is or was truly in force; a terminated agreement ends on the day it was terminated.
    """

    kind: RequiredAgreement
    reference: str
    """Its number."""
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """A live assignment of the coordinator, at whichever facility."""

    span: Span
    shift_id: int
    facility_id: int


@dataclass(frozen=True, slots=True)
class CoordinatorFacts:
    """Everything matching may know of a coordinator. Rates in cents an hour, time in minutes, zones IANA names."""

    id: int
    name: str
    country: str
    """ISO 3166 alpha-2 of where the work is physically done."""
    zone: str
    work_state: str | None = None
    home_state: str | None = None
    """Primary state of residence: only its multistate license carries the compact privilege."""
    active: bool = True
    exclusion_hold: str | None = None
    """Why exclusion screening holds this person back; None when cleared."""

    service_lines: frozenset[str] = frozenset()
    languages: Mapping[str, int] = field(default_factory=dict)
    ehr: Mapping[str, int] = field(default_factory=dict)
    education: str = ""
    years_experience: int = 0
    credentials: tuple[CredentialFacts, ...] = ()
    agreements: tuple[AgreementFacts, ...] = ()

    min_pay_cents: int = 0
    max_week_minutes: int = WEEK_MINUTES
    rest_minutes: int = REST_MINUTES
    availability: tuple[Window, ...] = ()
    """Weekly, in the coordinator's own zone. Nothing stated means not available."""
    time_off: tuple[Span, ...] = ()
    bookings: tuple[BookingFacts, ...] = ()
    blocked_facilities: frozenset[int] = frozenset()
    """Facilities the coordinator does not want to work for."""
    blocked_by_facilities: frozenset[int] = frozenset()
    """Facilities that asked for do-not-return."""

    rating_hundredths: int | None = None
    """Average rating, 100 to 500 (4.35 is 435); None before the first one."""
    reliability: int | None = None
    """0 to 100 by the published formula; None before the first shift."""
    facility_minutes: Mapping[int, int] = field(default_factory=dict)
    """Minutes already worked, by facility id."""
    trained_facilities: frozenset[int] = frozenset()
    favourite_facilities: frozenset[int] = frozenset()
    """Facilities the coordinator marked as favorite."""
    favourite_of_facilities: frozenset[int] = frozenset()
    """Facilities that marked the coordinator as favorite."""
    preferred_hours: tuple[Window, ...] = ()
    offers_recently: int = 0
    """Offers received in the fairness period (four weeks by default)."""
    fills_recently: int = 0
    """Shifts taken in the fairness period."""


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """Everything matching may know of a shift."""

    id: int
    facility_id: int
    zone: str
    """The facility's zone: the days on which credentials and agreements must hold are counted in it."""
    span: Span
    service_line: str
    pay_rate_cents: int
    bill_rate_cents: int = 0
    headcount: int = 1
    clinical: bool = False
    requires_licence: bool = False
    """True when an RN license must cover every patient state (telephone triage always; monitoring by need)."""
    patient_states: frozenset[str] = frozenset()
    required_credentials: frozenset[str] = frozenset()
    preferred_credentials: frozenset[str] = frozenset()
    languages: Mapping[str, int] = field(default_factory=dict)
    ehr: Mapping[str, int] = field(default_factory=dict)
    min_education: str | None = None
    min_years: int = 0
    payer_mix: frozenset[str] = frozenset()
    offshore_allowed: bool = True
    """False when the contract forbids work outside the US whatever the payers say."""
    agreements: tuple[AgreementFacts, ...] = ()
    """The facility's contracts and BAAs with the agency."""


@dataclass(frozen=True, slots=True)
class CompactMembership:
    """A state's membership in the Nurse Licensure Compact, from its implementation day on."""

    state: str
    joined_on: date
    left_on: date | None = None
    """The first day on which the state is no longer a member."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The agency's numbers behind the rules and the score; the settings keep their history."""

    education_order: tuple[str, ...] = ("high-school", "associate", "bachelor", "master", "doctorate")
    onshore_countries: frozenset[str] = frozenset({"US", "PR", "GU", "VI", "AS", "MP"})
    onshore_payer_words: frozenset[str] = frozenset({"medicare", "medicaid", "tricare"})
    """A payer code containing one of these words (`texas-medicaid`) asks for work done inside the US."""
    expiry_notice_days: int = 30
    """A credential ending sooner than this after the shift gets a note."""
    continuity_full_minutes: int = 4800
    """Time at one facility that earns all continuity points: 80 hours."""
    waking_start_minute: int = 420
    waking_end_minute: int = 1260
    """The local day used for time-zone fit: 07:00–21:00."""
    cost_band_percent: int = 30
    """A minimum this far below the pay rate earns all cost points."""
    experience_full_years: int = 8
    """Years above the need's minimum that earn all experience points."""
    versatile_lines: int = 6
    """From this many service lines on, a coordinator is kept free where possible."""
    typical_offers: int = 8
    typical_fills: int = 4
    """The typical share of a coordinator in the fairness period."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The most each part of the score can give. They must add up to 999.

    These are the weights as delivered; those in force are the agency's (`eligibility/score_weights.py`).
    """

    continuity: int = 215
    favourite: int = 108
    rating: int = 161
    cost: int = 129
    time_zone: int = 118
    skills: int = 129
    preferred_hours: int = 0
    """Nobody says which hours they prefer, so all would get the same: only sets of weights from before have points here."""
    fairness: int = 86
    versatility: int = 53

    def __post_init__(self) -> None:
        points = (
            self.continuity,
            self.favourite,
            self.rating,
            self.cost,
            self.time_zone,
            self.skills,
            self.preferred_hours,
            self.fairness,
            self.versatility,
        )
        if min(points) < 0 or sum(points) != 999:
            raise ValueError("The weights of the score must not be negative and must add up to 999.")


@dataclass(frozen=True, slots=True)
class Context:
    """The part that is the same for every pair: the moment of asking, the compact, policy and weights."""

    as_of: datetime
    compact: tuple[CompactMembership, ...] = ()
    policy: Policy = Policy()
    weights: Weights = Weights()
