"""The score of a coordinator for a shift: 0 to 999 points as a sum of named parts, each with its reason in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from marketplace.kernel import N_, JoinedList, Length, Phrase, as_written, counted, place_name
from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.rules.credential_terms import credential_name
from marketplace.matching.rules.credentials import holds_throughout
from marketplace.matching.rules.timing import minutes_in_daily, minutes_within
from marketplace.matching.verdicts import Outcome, Verdict

MOST = 999
MOST_REASONS = 3


class Tone(StrEnum):
    """The tone of a reason: something good, something to know, something missing."""

    OK = "ok"
    NOTE = "note"
    MISS = "miss"


class ScorePart(NamedTuple):
    """One named part of a score: its points, the most it can give, and why.

    `tone` says how the card may show it: a good reason, a caveat, or (None) only in the breakdown behind "How?".
    """

    code: str
    points: int
    of: int
    phrase: Phrase
    detail: Phrase | None = None
    tone: Tone | None = None

    def as_record(self) -> dict[str, Any]:
        """Plain JSON, to be kept with offers, assignments and plans."""
        return {
            "code": self.code,
            "points": self.points,
            "of": self.of,
            "phrase": self.phrase.as_record(),
            "detail": self.detail and self.detail.as_record(),
            "tone": self.tone and self.tone.value,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ScorePart:
        """The part that `as_record` wrote. One that was kept as English sentences reads as it was written."""
        old, detail, tone = record.get("sentence"), record.get("detail"), record.get("tone")
        return cls(
            code=record["code"],
            points=record["points"],
            of=record["of"],
            phrase=as_written(old) if old is not None else Phrase.from_record(record["phrase"]),
            detail=_detail(detail),
            tone=Tone(tone) if tone else None,
        )


def _detail(record: Any) -> Phrase | None:
    if not record:
        return None
    return as_written(record) if isinstance(record, str) else Phrase.from_record(record)


class Reason(NamedTuple):
    """One line on the card: `ok`, `note` or `miss`, a text, and a detail in smaller print."""

    kind: Tone
    text: Phrase
    detail: Phrase | None = None


class Score(NamedTuple):
    """The whole score and the parts it is the sum of."""

    total: int
    parts: tuple[ScorePart, ...]

    @property
    def percent(self) -> int:
        """The match as shown on a page: 0 to 100, rounded half up."""
        return (200 * self.total + MOST) // (2 * MOST)

    def as_record(self) -> dict[str, Any]:
        """Plain JSON, kept with offers and assignments."""
        return {"total": self.total, "percent": self.percent, "parts": [part.as_record() for part in self.parts]}


PartOf = Callable[[CoordinatorFacts, ShiftFacts, Context, int], ScorePart]


def _share(of: int, reached: int, full: int) -> int:
    """`of` points in proportion, rounded down, never more than all and never less than none."""
    return of if full <= 0 else of * min(max(reached, 0), full) // full


def continuity(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context, of: int) -> ScorePart:
    """Time already worked at the facility; training there as a backup, once it is recorded, counts two fifths on its own."""
    minutes = coordinator.facility_minutes.get(shift.facility_id, 0)
    points = _share(of, minutes, context.policy.continuity_full_minutes)
    trained = shift.facility_id in coordinator.trained_facilities
    if trained:
        points = max(points, of * 2 // 5)
    if minutes:
        worked = Phrase("%(length)s worked here", length=Length(minutes))
        return ScorePart("continuity", points, of, Phrase("Knows this facility"), worked, Tone.OK)
    if trained:
        none_yet = Phrase("no hours here yet")
        return ScorePart("continuity", points, of, Phrase("Trained for this facility"), none_yet, Tone.OK)
    return ScorePart("continuity", points, of, Phrase("New to this facility"))


def favourite_of_facility(of: int) -> int:
    """The points, of `of`, that a facility's favorite gets; the rest is for the coordinator's."""
    return of * 7 // 10


def favourite(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context, of: int) -> ScorePart:
    """Seven tenths when the facility chose the coordinator, three tenths when the coordinator chose the facility."""
    by_facility = shift.facility_id in coordinator.favourite_of_facilities
    by_coordinator = shift.facility_id in coordinator.favourite_facilities
    points = (favourite_of_facility(of) if by_facility else 0) + (
        of - favourite_of_facility(of) if by_coordinator else 0
    )
    if by_facility and by_coordinator:
        return ScorePart("favourite", points, of, Phrase("Favorites of each other"), None, Tone.OK)
    if by_facility:
        return ScorePart("favourite", points, of, Phrase("A favorite of the facility"), None, Tone.OK)
    if by_coordinator:
        why = Phrase("The facility is a favorite of the coordinator")
        return ScorePart("favourite", points, of, why, None, Tone.OK)
    return ScorePart("favourite", points, of, Phrase("Not marked as a favorite"))


def rating(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context, of: int) -> ScorePart:
    """Half for the average rating, half for reliability. Nobody starts at nothing: unknown counts as three fifths."""
    stars, reliable = coordinator.rating_hundredths, coordinator.reliability
    half = of // 2
    points = half * 3 // 5 if stars is None else _share(half, stars - 100, 400)
    points += (of - half) * 3 // 5 if reliable is None else _share(of - half, reliable, 100)
    if stars is None:
        words = Phrase("No rating yet")
    else:
        words = Phrase("Rated %(stars)s of 5", stars=f"{stars // 100}.{stars % 100:02d}")
    if reliable is None:
        detail = Phrase("no shifts to judge reliability by yet")
    else:
        detail = Phrase("reliability %(count)s of 100", count=reliable)
    return ScorePart("rating", points, of, words, detail, None if stars is None or 2 * points < of else Tone.OK)


def cost(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context, of: int) -> ScorePart:
    """The distance of the coordinator's minimum below the pay rate, within the band of the policy."""
    # No amounts in the words: neither side may learn the other's rate from them.
    band = shift.pay_rate_cents * context.policy.cost_band_percent
    points = _share(of, 100 * (shift.pay_rate_cents - coordinator.min_pay_cents), band)
    if points == 0:
        return ScorePart("cost", points, of, Phrase("The pay just reaches the minimum asked"))
    within = Phrase("%(count)s of %(most_count)s points within the band", count=points, most_count=of)
    return ScorePart("cost", points, of, Phrase("The pay is above the minimum asked"), within)


def time_zone(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context, of: int) -> ScorePart:
    """The share of the shift that falls into the coordinator's local day."""
    policy, minutes = context.policy, shift.span.minutes
    awake = minutes_in_daily(policy.waking_start_minute, policy.waking_end_minute, shift.span, coordinator.zone)
    points = _share(of, awake, minutes)
    clock = shift.span.start.astimezone(ZoneInfo(coordinator.zone)).time()
    start = Phrase("Starts at %(clock)s in %(place)s", clock=clock, place=place_name(coordinator.zone))
    if awake == minutes:
        return ScorePart("time_zone", points, of, start, Phrase("all within the local day"), Tone.OK)
    outside = Phrase(
        "%(length)s of %(shift_length)s outside the local day",
        length=Length(minutes - awake),
        shift_length=Length(minutes),
    )
    return ScorePart("time_zone", points, of, start, outside, Tone.NOTE)


def skills(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context, of: int) -> ScorePart:
    """Half for the preferred credentials, half for experience above the minimum."""
    half = of // 2
    known = [system for system in sorted(shift.ehr) if coordinator.ehr.get(system, 0)]
    missing = [kind for kind in sorted(shift.preferred_credentials) if not holds_throughout(coordinator, kind, shift)]
    points = _share(half, len(shift.preferred_credentials) - len(missing), len(shift.preferred_credentials))
    points += _share(of - half, coordinator.years_experience - shift.min_years, context.policy.experience_full_years)
    years = coordinator.years_experience
    words = _experience(years, known)
    if missing:
        without = Phrase("without the preferred %(credentials)s", credentials=_credentials(missing))
        return ScorePart("skills", points, of, words, without, Tone.NOTE)
    have = sorted(shift.preferred_credentials)
    good = Tone.OK if years or have else None
    preferred = Phrase("with the preferred %(credentials)s", credentials=_credentials(have)) if have else None
    return ScorePart("skills", points, of, words, preferred, good)


def _experience(years: int, systems: list[str]) -> Phrase:
    if not systems:
        return counted(years, N_("1 year of experience"), N_("%(count)s years of experience"))
    known = ", ".join(systems)
    if years == 1:
        return Phrase("1 year of experience, knows %(systems)s", systems=known)
    return counted(
        years,
        N_("1 year of experience, knows %(systems)s"),
        N_("%(count)s years of experience, knows %(systems)s"),
        systems=known,
    )


def _credentials(kinds: Iterable[str]) -> JoinedList:
    return JoinedList([credential_name(kind) for kind in kinds], ", ")


def preferred_hours(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context, of: int) -> ScorePart:
    """The share of the shift within the hours the coordinator likes best; all of it when none are stated."""
    minutes = shift.span.minutes
    if not coordinator.preferred_hours:
        return ScorePart("preferred_hours", of, of, Phrase("No hours are preferred over others"))
    within = minutes_within(coordinator.preferred_hours, shift.span, coordinator.zone)
    points = _share(of, within, minutes)
    if within == minutes:
        return ScorePart("preferred_hours", points, of, Phrase("Within the preferred hours"), None, Tone.OK)
    outside = Phrase(
        "%(length)s of %(shift_length)s outside", length=Length(minutes - within), shift_length=Length(minutes)
    )
    return ScorePart("preferred_hours", points, of, Phrase("Not all within the preferred hours"), outside, Tone.NOTE)


def fairness(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context, of: int) -> ScorePart:
    """More for those who recently got fewer offers and shifts than is typical: half at typical, none at twice that."""
    offers, fills = coordinator.offers_recently, coordinator.fills_recently
    half = of // 2
    by_offers, by_fills = 2 * context.policy.typical_offers, 2 * context.policy.typical_fills
    points = _share(half, by_offers - offers, by_offers) + _share(of - half, by_fills - fills, by_fills)
    offered, filled = (
        counted(offers, N_("1 offer"), N_("%(count)s offers")),
        counted(fills, N_("1 shift"), N_("%(count)s shifts")),
    )
    detail = Phrase("%(offers)s and %(shifts)s recently", offers=offered, shifts=filled)
    if 2 * points > of:
        return ScorePart("fairness", points, of, Phrase("Had fewer shifts than most"), detail)
    return ScorePart("fairness", points, of, Phrase("Had a fair share of shifts"), detail)


def versatility(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context, of: int) -> ScorePart:
    """Keeps people who can do many things free: they can fill what nobody else can."""
    lines, many = len(coordinator.service_lines), context.policy.versatile_lines
    points = _share(of, many - max(lines, 1), many - 1)
    detail = Phrase("1 service line") if lines == 1 else Phrase("%(count)s service lines", count=lines)
    words = Phrase("Kept free for other work") if points < of else Phrase("Works in one field")
    return ScorePart("versatility", points, of, words, detail)


PARTS: tuple[PartOf, ...] = (
    continuity, favourite, rating, cost, time_zone, skills, preferred_hours, fairness, versatility,
)  # fmt: skip
"""In the order of the breakdown; each is named as its weight."""


def score(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Score:
    """The fit of a pair in whole points; says nothing about whether the rules allow it."""
    weights = context.weights
    parts = tuple(part(coordinator, shift, context, getattr(weights, part.__name__)) for part in PARTS)
    return Score(sum(part.points for part in parts), parts)


def reasons(score: Score | None, verdicts: Iterable[Verdict]) -> list[Reason]:
    """The lines of a card: everything missing, everything to know, then at most three good reasons, best first."""
    verdicts = list(verdicts)
    missing = [Reason(Tone.MISS, v.phrase) for v in verdicts if v.outcome is Outcome.FAIL]
    notes = [Reason(Tone.NOTE, v.phrase) for v in verdicts if v.outcome is Outcome.WARN]
    good = [
        Reason(Tone.OK, v.phrase)
        for v in verdicts
        if v.rule == "patient_state_licence" and v.outcome is Outcome.PASS and v.datum
    ]
    if score is not None:
        notes += [Reason(Tone.NOTE, part.phrase, part.detail) for part in score.parts if part.tone is Tone.NOTE]
        best = [part for part in score.parts if part.tone is Tone.OK and part.points]
        good += [Reason(Tone.OK, p.phrase, p.detail) for p in sorted(best, key=lambda p: -p.points)]
    return [*missing, *notes, *good[:MOST_REASONS]]
