"""A made-up market: coordinators and shifts of two weeks as plain facts, the same for the same seed."""

import random
from datetime import UTC, date, datetime, time, timedelta

from marketplace.kernel import Span, local_instant
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
    Window,
)

MONDAY = date(2026, 10, 26)
"""Clocks go back in the United States on the Sunday after."""
AS_OF = datetime(2026, 10, 25, 12, tzinfo=UTC)
HORIZON = Span(datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC))

LINES = (
    "prior-auth", "medical-billing", "medical-admin", "scheduling", "triage", "rpm", "scribing", "referrals", "coding",
    "care-coordination", "telehealth", "dental", "intake", "records", "eligibility", "follow-up",
)  # fmt: skip
CLINICAL = {"triage", "rpm"}
SYSTEMS = ("Epic", "Cerner", "athenahealth", "eClinicalWorks", "NextGen", "Allscripts", "DrChrono", "Dentrix")
TONGUES = ("es", "zh", "vi", "tl", "ar", "fr", "ru")
PAPERS = ("CPCC", "CMM", "CCMA", "RHIT", "background-check", "CPR", "CCM", "COC")
STATES = ("TX", "FL", "CO", "IL", "CA", "NY", "WI", "AZ", "GA", "OH", "PA", "WA")
IN_THE_COMPACT = ("TX", "FL", "CO", "WI", "AZ", "GA", "OH", "WA")
LEARNING = ("high-school", "associate", "bachelor", "master", "doctorate")
ZONES = {
    "America/New_York": 40, "America/Chicago": 26, "America/Denver": 7, "America/Phoenix": 3, "America/Los_Angeles": 14,
    "Pacific/Honolulu": 1, "Asia/Manila": 7, "America/Bogota": 2,
}  # fmt: skip
ABROAD = {"Asia/Manila": "PH", "America/Bogota": "CO"}
BASE_CENTS = {line: 2200 + 300 * (n % 9) for n, line in enumerate(LINES)}
EVER = date(2025, 1, 1)


class Market:
    """`people` coordinators and `shifts` open shifts of `shifts / 60` facilities."""

    def __init__(self, shifts: int, people: int, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self.facilities = max(5, shifts // 60)
        self._popular = [1 / (n + 1) ** 0.8 for n in range(self.facilities)]
        self._home = [self._zone() for _ in range(self.facilities)]
        self.context = Context(AS_OF, tuple(CompactMembership(state, EVER) for state in IN_THE_COMPACT))
        self.people = [self._person(n + 1) for n in range(people)]
        self.shifts = [self._shift(n + 1) for n in range(shifts)]

    def _zone(self, *, abroad: bool = False) -> str:
        names = [zone for zone in ZONES if abroad or zone not in ABROAD]
        return self._chance.choices(names, [ZONES[zone] for zone in names])[0]

    def _facility(self) -> int:
        return self._chance.choices(range(1, self.facilities + 1), self._popular)[0]

    def _several(self, among: tuple[str, ...], mean: float, least: int = 0) -> list[str]:
        count = min(len(among), max(least, round(self._chance.expovariate(1 / mean)) if mean else 0))
        return self._chance.sample(among, count)

    def _person(self, key: int) -> CoordinatorFacts:
        chance, zone = self._chance, self._zone(abroad=True)
        lines = self._several(LINES, 2.0, 1)
        state = chance.choice(STATES)
        nurse = bool(CLINICAL & set(lines)) or chance.random() < 0.1
        availability = self._week()
        rest = chance.choice([15, 30, 60, 480, 480, 600])
        return CoordinatorFacts(
            id=key,
            name=f"Person {key}",
            country=ABROAD.get(zone, "US"),
            zone=zone,
            work_state=state,
            home_state=state,
            active=chance.random() < 0.99,
            exclusion_hold="LEIE: similar name" if chance.random() < 0.002 else None,
            service_lines=frozenset(lines),
            languages={"en": 3, **{tongue: chance.randint(1, 3) for tongue in self._several(TONGUES, 0.4)}},
            ehr={system: chance.randint(1, 3) for system in self._several(SYSTEMS, 2.2, 1)},
            education=chance.choice(LEARNING),
            years_experience=min(30, int(chance.expovariate(1 / 5))),
            credentials=tuple(self._credentials(nurse, state)),
            agreements=(AgreementFacts(RequiredAgreement.BAA, f"BAA {key}", EVER),) if chance.random() < 0.98 else (),
            min_pay_cents=round(BASE_CENTS[lines[0]] * chance.gauss(0.98, 0.13)),
            max_week_minutes=60 * chance.choice([16, 24, 32, 40, 40, 48]),
            rest_minutes=rest,
            availability=availability,
            time_off=tuple(self._time_off()),
            bookings=tuple(self._bookings(availability, zone)),
            blocked_facilities=self._facilities(0.002),
            blocked_by_facilities=self._facilities(0.001),
            rating_hundredths=None if chance.random() < 0.2 else chance.randint(300, 500),
            reliability=None if chance.random() < 0.2 else chance.randint(60, 100),
            facility_minutes={self._facility(): chance.randint(60, 9000) for _ in range(chance.randint(0, 5))},
            trained_facilities=frozenset({self._facility()} if chance.random() < 0.1 else ()),
            favourite_facilities=frozenset(self._facility() for _ in range(chance.randint(0, 3))),
            favourite_of_facilities=frozenset(self._facility() for _ in range(chance.randint(0, 2))),
            preferred_hours=self._week() if chance.random() < 0.2 else (),
            offers_recently=chance.randint(0, 20),
            fills_recently=chance.randint(0, 9),
        )

    def _facilities(self, share: float) -> frozenset[int]:
        return frozenset(n for n in range(1, self.facilities + 1) if self._chance.random() < share)

    def _week(self) -> tuple[Window, ...]:
        """Full days, half days, nights, or nearly always; one in forty writes times such as 8:10."""
        chance = self._chance
        start, hours, days = chance.choice(
            [(7, 10, 5), (8, 9, 5), (6, 12, 5), (8, 5, 4), (13, 6, 4), (19, 12, 4), (6, 16, 6)]
        )
        odd = 10 if chance.random() < 0.025 else 0
        begins, ends = start * 60 + odd, (start + hours) * 60
        end = ends if ends <= 1440 else ends - 1440
        return tuple(Window(day, begins, end) for day in sorted(chance.sample(range(7), days)))

    def _credentials(self, nurse: bool, state: str) -> list[CredentialFacts]:
        kinds = [HIPAA_TRAINING] if self._chance.random() < 0.97 else []
        found = [self._credential(kind) for kind in (*kinds, *self._several(PAPERS, 2.5))]
        if nurse:
            for at in sorted({state, *self._several(STATES, 0.5)}):
                found.append(self._credential(RN_LICENCE, at, at == state and self._chance.random() < 0.7))
        return found

    def _credential(self, kind: str, state: str | None = None, multistate: bool = False) -> CredentialFacts:
        chance = self._chance
        ends = MONDAY + timedelta(days=chance.randint(0, 14) if chance.random() < 0.05 else chance.randint(30, 700))
        verification = VerificationState.VERIFIED if chance.random() < 0.95 else VerificationState.SUBMITTED
        return CredentialFacts(kind, f"{kind}-{chance.randint(1, 99999)}", EVER, ends, verification, state, multistate)

    def _time_off(self) -> list[Span]:
        if self._chance.random() > 0.15:
            return []
        start = AS_OF + timedelta(days=self._chance.randint(0, 14))
        return [Span(start, start + timedelta(days=self._chance.randint(1, 5)))]

    def _bookings(self, week: tuple[Window, ...], zone: str) -> list[BookingFacts]:
        """Up to four shifts within their hours; one in fifty does not begin on the quarter."""
        found = []
        for n in self._chance.sample(range(14), self._chance.choice([0, 0, 1, 2, 3, 4])):
            day = MONDAY + timedelta(days=n)
            window = next((one for one in week if one.weekday == day.weekday()), None)
            if window is not None:
                hour, odd = divmod(window.start_minute, 60)
                start = local_instant(day, time(hour, 5 if self._chance.random() < 0.02 else odd), zone)
                length = timedelta(hours=self._chance.choice([2, 4, 4, 6]))
                found.append(BookingFacts(Span(start, start + length), 1_000_000 + n, self._facility()))
        return found

    def _shift(self, key: int) -> ShiftFacts:
        chance, facility = self._chance, self._facility()
        zone, line = self._home[facility - 1], chance.choices(LINES, [1 / (n + 1) ** 0.8 for n in range(len(LINES))])[0]
        day = MONDAY + timedelta(days=chance.choices(range(14), [13, 10, 10, 10, 9, 3, 2] * 2)[0])
        start = local_instant(
            day, time(chance.choice([6, 7, 8, 8, 8, 9, 10, 13, 16, 19, 22]), chance.choice([0, 0, 0, 15, 30])), zone
        )
        hours = chance.choice([2, 3, 4, 4, 4, 6, 8, 8, 8, 10, 12])
        licensed = line == "triage" or (line == "rpm" and chance.random() < 0.4)
        pay = round(BASE_CENTS[line] * chance.gauss(1.15, 0.12))
        return ShiftFacts(
            id=key,
            facility_id=facility,
            zone=zone,
            span=Span(start, start + timedelta(hours=hours)),
            service_line=line,
            pay_rate_cents=pay,
            bill_rate_cents=pay * 3 // 2,
            headcount=chance.choices([1, 2, 3, 4], [85, 10, 3, 2])[0],
            clinical=line in CLINICAL,
            requires_licence=licensed,
            patient_states=frozenset(self._several(STATES, 1.0, 1) if licensed else ()),
            required_credentials=frozenset(self._several(PAPERS, 0.5)[:2]),
            preferred_credentials=frozenset(self._several(PAPERS, 0.5)[:2]),
            languages={"en": 2, **({chance.choice(TONGUES): 2} if chance.random() < 0.1 else {})},
            ehr={SYSTEMS[facility % len(SYSTEMS)]: chance.choice([1, 1, 2])} if chance.random() < 0.5 else {},
            min_education=chance.choice([None, None, "associate", "bachelor"]),
            min_years=chance.choice([0, 0, 1, 2]),
            payer_mix=frozenset({"commercial", *(("medicare-advantage",) if facility % 3 == 0 else ())}),
            agreements=(
                AgreementFacts(RequiredAgreement.CONTRACT, "Contract 1", EVER),
                AgreementFacts(RequiredAgreement.BAA, "BAA 2", EVER),
            ),
        )  # fmt: skip
