"""Whole markets from a seed: people and shifts about the same time, each fact drawn as `strategies.py` draws it."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

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
from tests.matching.cast import ANA, BILLING, HARBOR, RIVERSIDE, TRAINING
from tests.matching.strategies import AROUND, ZONES

STATES = ("IL", "TX", "FL", "CA")
WORDS = ("high-school", "associate", "bachelor", "unheard-of", "")


class Market:
    """`people` and `shifts` around one of the days on which clocks change, an ordinary one, or the turn of a year."""

    def __init__(self, seed: int, people: int = 30, shifts: int = 30) -> None:
        self.chance = random.Random(seed)
        day = AROUND[seed % len(AROUND)]
        self.start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=self.chance.randint(-24, 24))
        self.people = [self.person(100 + n) for n in range(people)]
        self.shifts = [self.shift(500 + n) for n in range(shifts)]
        compact = tuple(
            CompactMembership(state, self.edge(), self.chance.choice([None, None, self.edge()]))
            for state in self.chance.sample(STATES, 3)
        )
        ahead = self.chance.random() < 0.8
        self.context = Context(self.start - timedelta(days=9) if ahead else self.start, compact)

    def changed(self, usual: Any, chances: dict[str, Callable[[], Any]]) -> Any:
        """A few facts drawn, the others left as they fit."""
        return replace(usual, **{name: draw() for name, draw in chances.items() if self.chance.random() < 0.15})

    def person(self, key: int) -> CoordinatorFacts:
        """Somebody who fits in most respects."""
        pick, number = self.chance.choice, self.chance.randint
        facts = self.changed(
            replace(ANA, id=key, zone=pick(ZONES)),
            {
                "country": lambda: pick(["US", "PH", "PR"]),
                "home_state": lambda: pick(["IL", "TX", None]),
                "active": lambda: False,
                "exclusion_hold": lambda: "LEIE hit",
                "service_lines": lambda: self.some("triage", "rpm", "medical-billing"),
                "languages": self.levels,
                "ehr": self.levels,
                "education": lambda: pick(WORDS),
                "years_experience": lambda: number(0, 6),
                "credentials": lambda: (*(self.credential() for _ in range(number(0, 5))), *pick([(TRAINING,), ()])),
                "agreements": lambda: tuple(self.agreement() for _ in range(number(0, 4))),
                "min_pay_cents": lambda: number(1900, 2700),
                "max_week_minutes": lambda: number(300, 2400),
                "rest_minutes": lambda: number(0, 720),
                "blocked_facilities": self.facilities,
                "blocked_by_facilities": self.facilities,
                "trained_facilities": self.facilities,
                "favourite_facilities": self.facilities,
                "favourite_of_facilities": self.facilities,
                "facility_minutes": lambda: {pick([RIVERSIDE, HARBOR]): number(0, 9000)},
                "rating_hundredths": lambda: pick([None, number(100, 500)]),
                "reliability": lambda: pick([None, number(0, 100)]),
                "offers_recently": lambda: number(0, 40),
                "fills_recently": lambda: number(0, 20),
                "preferred_hours": self.windows,
            },
        )
        often = {"availability": self.windows, "time_off": self.off, "bookings": self.bookings}
        return replace(facts, **{name: draw() for name, draw in often.items() if self.chance.random() < 0.4})

    def shift(self, key: int) -> ShiftFacts:
        """A shift most of them fit."""
        pick = self.chance.choice
        return self.changed(
            replace(BILLING, id=key, span=self.span(780), zone=pick(ZONES)),
            {
                "facility_id": lambda: HARBOR,
                "service_line": lambda: pick(["triage", "rpm"]),
                "pay_rate_cents": lambda: self.chance.randint(1900, 2100),
                "requires_licence": lambda: True,
                "patient_states": lambda: self.some(*STATES),
                "required_credentials": lambda: self.some("CPCC", "CMM", "rn-license", "hipaa-training"),
                "preferred_credentials": lambda: self.some("CPCC", "CMM"),
                "languages": self.levels,
                "ehr": self.levels,
                "min_education": lambda: pick([*WORDS, None]),
                "min_years": lambda: self.chance.randint(0, 6),
                "payer_mix": lambda: self.some("commercial", "medicare-advantage", "texas-medicaid"),
                "offshore_allowed": lambda: False,
                "agreements": lambda: tuple(self.agreement() for _ in range(self.chance.randint(0, 4))),
            },
        )

    def span(self, longest: int) -> Span:
        """A time within three days, most often on the quarter hour."""
        step = self.chance.choice([1, 15, 15, 15])
        start = self.start + timedelta(minutes=step * (self.chance.randint(-4300, 4300) // step))
        return Span(start, start + timedelta(minutes=step * max(1, self.chance.randint(1, longest) // step)))

    def windows(self) -> tuple[Window, ...]:
        """Every day the same, or some days; one in four with times off the quarter hour."""
        step = self.chance.choice([1, 15, 15, 15])
        begins, ends = (step * self.chance.randint(0, 1439 // step) for _ in range(2))
        if self.chance.random() < 0.5:
            return tuple(Window(day, begins, ends) for day in range(7))
        return tuple(
            Window(
                self.chance.randint(0, 6), step * self.chance.randint(0, 1439 // step), self.chance.choice([ends, 1440])
            )
            for _ in range(self.chance.randint(0, 12))
        )

    def off(self) -> tuple[Span, ...]:
        return tuple(self.span(2000) for _ in range(self.chance.randint(0, 2)))

    def bookings(self) -> tuple[BookingFacts, ...]:
        return tuple(
            BookingFacts(self.span(720), self.chance.choice([500, 900 + n]), self.chance.choice([RIVERSIDE, HARBOR]))
            for n in range(self.chance.randint(0, 4))
        )

    def edge(self) -> date:
        """A day near enough to matter, or long ago, or far ahead."""
        near = self.start.date() + timedelta(days=self.chance.randint(-4, 4))
        return self.chance.choice([near, near, date(2025, 1, 1), date(2028, 1, 1)])

    def credential(self) -> CredentialFacts:
        kind = self.chance.choice(["rn-license", "rn-license", "rn-license", "hipaa-training", "CPCC"])
        first, last = sorted([self.edge(), self.edge()])
        license = kind == "rn-license"
        return CredentialFacts(
            kind,
            f"N-{self.chance.randint(1, 99)}",
            first,
            self.chance.choice([last, None]),
            self.chance.choice([VerificationState.VERIFIED] * 6 + list(VerificationState)),
            self.chance.choice(STATES) if license else None,
            license and self.chance.random() < 0.6,
        )

    def agreement(self) -> AgreementFacts:
        first, last = sorted([self.edge(), self.edge()])
        return AgreementFacts(
            self.chance.choice(list(RequiredAgreement)), "A-1", first, self.chance.choice([last, None])
        )

    def levels(self) -> dict[str, int]:
        return {code: self.chance.randint(1, 3) for code in self.some("en", "es", "Epic")}

    def some(self, *among: str) -> frozenset[str]:
        return frozenset(self.chance.sample(among, self.chance.randint(0, len(among))))

    def facilities(self) -> frozenset[int]:
        return frozenset(self.chance.sample([RIVERSIDE, HARBOR], self.chance.randint(0, 2)))
