"""The score of many coordinators at once: the same whole points as `scores.score`, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from marketplace.kernel import Span
from marketplace.matching import scoring
from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.index.abilities import Columns, SkillLevels, Ties
from marketplace.matching.index.bits import WORD, Numbers, Positions, holds, unpack
from marketplace.matching.index.clock import DAY, MINUTE, QUARTER, QUARTERS, bounds, days_of
from marketplace.matching.index.hours import OpenHours
from marketplace.matching.index.validity import Validity
from marketplace.matching.rules.timing import minutes_in_daily, minutes_within

CODES = tuple(part.__name__ for part in scoring.PARTS)
"""The names of the parts, in the order of the columns of `Points.parts`."""

_ANY = datetime(2000, 1, 1, tzinfo=UTC)
_ANY_SHIFT = ShiftFacts(0, 0, "UTC", Span(_ANY, _ANY + timedelta(hours=1)), "", 0)
_ALWAYS = (scoring.rating, scoring.fairness, scoring.versatility)
"""The parts that do not depend on the shift: worked out once for each coordinator, by the part itself."""


def share(of: int, reached: Numbers, full: int) -> Numbers:
    """`of` points in proportion, rounded down, never more than all and never less than none."""
    if full <= 0:
        return np.full(reached.shape, of, np.int64)
    return of * np.minimum(np.maximum(reached, 0), full) // full


class ScoreColumns:
    """The columns that points are worked out from, and the points."""

    def __init__(self, words: int, context: Context, columns: Columns, systems: SkillLevels, terms: Validity) -> None:
        self._context, self._columns, self._systems, self._terms = context, columns, systems, terms
        self.worked, self.trained = Ties(words), Ties(words)
        self.favourites, self.favourite_of = Ties(words), Ties(words)
        self.liked = OpenHours(words)
        self._always = np.zeros((len(_ALWAYS), words * WORD), np.int64)
        self._likes: dict[int, CoordinatorFacts] = {}
        self._tells = np.zeros(words * WORD, np.bool_)

    def put(self, position: int, person: CoordinatorFacts) -> None:
        """One coordinator's record and preferences; preferred hours are told to `liked`."""
        self.worked.put(position, person.facility_minutes)
        self.trained.put(position, person.trained_facilities)
        self.favourites.put(position, person.favourite_facilities)
        self.favourite_of.put(position, person.favourite_of_facilities)
        self._tells[position] = bool(person.preferred_hours)
        self._likes.pop(position, None)
        if person.preferred_hours:
            self._likes[position] = person
        self._weigh(position, person)

    def weigh(self, context: Context, people: Sequence[CoordinatorFacts | None]) -> None:
        """Other weights from now on, for everybody who stands somewhere."""
        self._context = context
        for position, person in enumerate(people):
            if person is not None:
                self._weigh(position, person)

    def _weigh(self, position: int, person: CoordinatorFacts) -> None:
        for row, part in enumerate(_ALWAYS):
            of = getattr(self._context.weights, part.__name__)
            self._always[row, position] = part(person, _ANY_SHIFT, self._context, of).points

    def parts(self, shift: ShiftFacts, days: Sequence[date], who: Positions) -> Numbers:
        """A row for each coordinator, a column for each part in the order of `CODES`."""
        rating, fairness, versatility = self._always[:, who]
        found = {
            "continuity": self._continuity(shift, who),
            "favourite": self._favourite(shift, who),
            "rating": rating,
            "cost": self._cost(shift, who),
            "time_zone": self._time_zone(shift, who),
            "skills": self._skills(shift, days, who),
            "preferred_hours": self._preferred_hours(shift, who),
            "fairness": fairness,
            "versatility": versatility,
        }
        return np.stack([found[code] for code in CODES], axis=1)

    def _continuity(self, shift: ShiftFacts, who: Positions) -> Numbers:
        of, facility = self._context.weights.continuity, shift.facility_id
        points = np.zeros(len(who), np.int64)
        if facility in self.worked or self._context.policy.continuity_full_minutes <= 0:
            points = share(of, self.worked.amount(facility)[who], self._context.policy.continuity_full_minutes)
        if facility in self.trained:
            points = np.where(unpack(self.trained.row(facility))[who], np.maximum(points, of * 2 // 5), points)
        return points

    def _favourite(self, shift: ShiftFacts, who: Positions) -> Numbers:
        of, facility = self._context.weights.favourite, shift.facility_id
        points = np.zeros(len(who), np.int64)
        if facility in self.favourite_of:
            points += of * 7 // 10 * unpack(self.favourite_of.row(facility))[who]
        if facility in self.favourites:
            points += (of - of * 7 // 10) * unpack(self.favourites.row(facility))[who]
        return points

    def _cost(self, shift: ShiftFacts, who: Positions) -> Numbers:
        pay = shift.pay_rate_cents
        spare = 100 * (pay - self._columns.min_pay[who])
        return share(self._context.weights.cost, spare, pay * self._context.policy.cost_band_percent)

    def _time_zone(self, shift: ShiftFacts, who: Positions) -> Numbers:
        policy, of, minutes = self._context.policy, self._context.weights.time_zone, shift.span.minutes
        zone = self._columns.zone[who]
        awake = np.zeros(len(self._columns.zones), np.int64)
        for number in np.flatnonzero(np.bincount(zone, minlength=len(awake))).tolist():
            awake[number] = minutes_in_daily(
                policy.waking_start_minute, policy.waking_end_minute, shift.span, self._columns.zones[number]
            )
        return share(of, awake, minutes)[zone]

    def _skills(self, shift: ShiftFacts, days: Sequence[date], who: Positions) -> Numbers:
        of, wanted = self._context.weights.skills, shift.preferred_credentials
        half = of // 2
        held = np.zeros(len(who), np.int64)
        for kind in wanted:
            held += unpack(self._terms.throughout(("credential", kind), days))[who]
        points = share(half, held, len(wanted))
        years = self._columns.years[who] - shift.min_years
        return points + share(of - half, years, self._context.policy.experience_full_years)

    def _preferred_hours(self, shift: ShiftFacts, who: Positions) -> Numbers:
        """All points to those without a preference; quarters are counted, and who has odd hours is asked exactly."""
        of, minutes = self._context.weights.preferred_hours, shift.span.minutes
        points = np.full(len(who), of, np.int64)
        telling = np.flatnonzero(self._tells[who])
        if len(telling):
            within = self._minutes_liked(shift, who[telling])
            points[telling] = share(of, within, minutes)
        return points

    def _minutes_liked(self, shift: ShiftFacts, who: Positions) -> Numbers:
        start, end = bounds(shift.span)
        time = np.zeros(len(who), np.int64)
        word, bit = who // WORD, (who % WORD).astype(np.uint64)
        for day in days_of(start, end):
            first = max(0, (start - day * DAY) // QUARTER)
            last = min(QUARTERS, -((day * DAY - end) // QUARTER))
            edges = day * DAY + np.arange(first, last + 1) * QUARTER
            length = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
            liked = (self.liked.day(day)[first:last, word] >> bit) & np.uint64(1)
            time += length @ liked.astype(np.int64)
        found = time // MINUTE
        off_grid = self.liked.off_grid
        for place, position in enumerate(who.tolist()):
            if holds(off_grid, position):
                person = self._likes[position]
                found[place] = minutes_within(person.preferred_hours, shift.span, person.zone)
        return found
