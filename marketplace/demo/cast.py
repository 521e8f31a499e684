"""The cast: the people and places that the demo and the tests both speak of."""

from dataclasses import dataclass, field

from marketplace.accounts.permissions import Role

AGENCY = "Northlight Coordination"
DEMO_PASSWORD = "three gentle river otters"  # noqa: S105 - printed for everybody who starts the demo


@dataclass(frozen=True)
class Staff:
    """Somebody who signs in for the agency or a facility."""

    name: str
    email: str
    role: Role


@dataclass(frozen=True)
class CastFacility:
    """A facility with its people and the hourly rates of its contract in cents (bill, pay)."""

    key: str
    name: str
    npi: str
    kind: str
    time_zone: str
    city: str
    region: str
    ehr: str
    payer_mix: tuple[str, ...]
    net_days: int
    staff: tuple[Staff, ...]
    overtime: str = "none"
    budget_cents: int = 2_000_000


@dataclass(frozen=True)
class Worker:
    """A coordinator; `free` is weekdays (Monday is 0) and the local hours from–to, past 24 overnight."""

    key: str
    name: str
    email: str
    time_zone: str
    service_lines: tuple[str, ...]
    country: str = "US"
    work_state: str = ""
    languages: tuple[str, ...] = ("en",)
    ehr: tuple[str, ...] = ()
    years: int = 4
    education: str = "associate"
    min_pay_cents: int = 1800
    max_week_minutes: int = 2400
    rating: str = "4.6"
    free: tuple[tuple[int, ...], int, int] = ((0, 1, 2, 3, 4), 7, 19)
    licenses: tuple[tuple[str, bool], ...] = ()
    certificates: tuple[str, ...] = field(default=())


AGENCY_STAFF = (
    Staff("Ada Okafor", "ada@northlight.example", Role.AGENCY_OWNER),
    Staff("Sam Reyes", "sam@northlight.example", Role.AGENCY_SCHEDULER),
    Staff("Chidi Mensah", "chidi@northlight.example", Role.AGENCY_COMPLIANCE),
    Staff("Felix Brandt", "felix@northlight.example", Role.AGENCY_FINANCE),
)

PLACES = (
    CastFacility(
        "harbor", "Harbor Family Medicine", "1043000003", "group practice", "America/Chicago", "Chicago", "IL", "Epic",
        ("commercial", "medicare-advantage"), 30,
        (
            Staff("Rosa Chen", "rosa@harbor.example", Role.FACILITY_OWNER),
            Staff("Tom Becker", "tom@harbor.example", Role.FACILITY_SCHEDULER),
            Staff("Nadia Haddad", "nadia@harbor.example", Role.FACILITY_APPROVER),
            Staff("Bea Lund", "bea@harbor.example", Role.FACILITY_BILLING),
        ),
        overtime="weekly",
    ),
    CastFacility(
        "riverside", "Riverside Medical Center", "1043000011", "hospital", "America/New_York", "Albany", "NY", "Cerner",
        ("commercial",), 15, (Staff("Lars Holm", "lars@riverside.example", Role.FACILITY_OWNER),), budget_cents=4_500_000,
    ),
    CastFacility(
        "prairie", "Prairie Dental Group", "1043000029", "dental practice", "America/Denver", "Boulder", "CO", "Dentrix",
        ("commercial",), 30, (Staff("Ines Duarte", "ines@prairie.example", Role.FACILITY_OWNER),),
    ),
    CastFacility(
        "bayview", "Bayview Emergency Department", "1043000037", "emergency department", "America/Los_Angeles", "Oakland", "CA",
        "Epic", ("commercial", "medicaid"), 45, (Staff("Omar Farouk", "omar@bayview.example", Role.FACILITY_OWNER),),
        overtime="weekly", budget_cents=3_000_000,
    ),
    CastFacility(
        "maple", "Maple Street Clinic", "1043000045", "private clinic", "America/New_York", "Burlington", "VT", "athenahealth",
        ("commercial", "medicare"), 30, (Staff("Greta Novak", "greta@maple.example", Role.FACILITY_OWNER),),
    ),
    CastFacility(
        "oakhill", "Oak Hill Pediatrics", "1043000052", "doctor's office", "America/Chicago", "Madison", "WI", "NextGen",
        ("commercial", "medicaid"), 15, (Staff("Yara Silva", "yara@oakhill.example", Role.FACILITY_OWNER),),
    ),
)  # fmt: skip

WORKERS = (
    Worker(
        "maya", "Maya Torres", "maya@people.example", "America/Los_Angeles",
        ("prior-auth", "medical-billing", "medical-admin"), work_state="CA", languages=("en", "es"),
        ehr=("Epic", "Cerner"), years=7, min_pay_cents=2200, rating="4.9", free=((0, 1, 2, 3, 4), 5, 18), certificates=("CPCC",),
    ),
    Worker(
        "devon", "Devon Blake", "devon@people.example", "America/Chicago", ("triage", "rpm", "telehealth"),
        work_state="WI", ehr=("Epic",), years=9, education="bachelor", min_pay_cents=3200, rating="4.8",
        free=((0, 1, 2, 3, 4, 5, 6), 6, 23), licenses=(("WI", True), ("IL", False)), certificates=("CPCC",),
    ),
    Worker(
        "jonas", "Jonas Lind", "jonas@people.example", "America/New_York", ("medical-billing", "prior-auth", "provider-support"),
        work_state="NY", ehr=("Epic", "NextGen"), years=3, rating="4.4",
    ),
    Worker(
        "aisha", "Aisha Rahman", "aisha@people.example", "America/Denver", ("medical-scribe", "medical-reception", "prior-auth"),
        work_state="CO", ehr=("Epic", "Dentrix"), years=5, education="bachelor", rating="4.7",
    ),
    Worker(
        "sofia", "Sofía Álvarez", "sofia@people.example", "America/Mexico_City",
        ("dental-reception", "dental-admin", "medical-reception", "prior-auth"), country="MX", languages=("en", "es"),
        ehr=("Dentrix",), years=6, min_pay_cents=1500, rating="4.5",
    ),
)  # fmt: skip

# Bill and pay in cents an hour, the agency's standard card.
STANDARD_RATES = {
    "medical-admin": (3000, 2250),
    "medical-reception": (2800, 2100),
    "medical-scribe": (3200, 2400),
    "medical-billing": (3400, 2550),
    "executive-va": (4200, 3150),
    "dental-admin": (2900, 2175),
    "dental-reception": (2700, 2000),
    "dental-scribe": (3200, 2400),
    "dental-billing": (3400, 2550),
    "dental-executive": (4200, 3150),
    "care-coordination": (3600, 2700),
    "prior-auth": (3900, 2900),
    "provider-support": (3300, 2475),
    "telehealth": (3300, 2475),
    "triage": (5800, 4400),
    "rpm": (4600, 3450),
}
