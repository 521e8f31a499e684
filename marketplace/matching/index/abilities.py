"""Abilities and wishes of coordinators: levels of languages and systems, service lines, years, education, pay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from marketplace.matching.facts import CoordinatorFacts, Policy
from marketplace.matching.index.bits import WORD, LruCache, Numbers, Row, pack

Levels = npt.NDArray[np.int32]


class SkillLevels:
    """Levels by code (a language, a system; a service line is known or not), nothing being 0."""

    def __init__(self, words: int) -> None:
        self._people = words * WORD
        self._codes: dict[str, Levels] = {}
        self._nobody = np.zeros(self._people, np.int32)
        self.at_least = LruCache(self._at_least)
        """By code and level: who reaches it."""

    def put(self, position: int, levels: Mapping[str, int]) -> None:
        """One coordinator's levels."""
        for column in self._codes.values():
            column[position] = 0
        for code, level in levels.items():
            if code not in self._codes:
                self._codes[code] = np.zeros(self._people, np.int32)
            self._codes[code][position] = level

    def levels(self, code: str) -> Levels:
        """Everybody's level."""
        return self._codes.get(code, self._nobody)

    def _at_least(self, asked: tuple[str, int]) -> Row:
        code, wanted = asked
        levels = self.levels(code)
        return pack((levels != 0) & (levels >= wanted))


class Columns:
    """One number of each coordinator, and the rows that compare it."""

    def __init__(self, words: int, policy: Policy) -> None:
        people = words * WORD
        self._policy = policy
        self.active = np.zeros(people, np.bool_)
        self.cleared = np.zeros(people, np.bool_)
        self.onshore = np.zeros(people, np.bool_)
        self.years: Numbers = np.zeros(people, np.int64)
        self.min_pay: Numbers = np.zeros(people, np.int64)
        self.zone: Numbers = np.zeros(people, np.int64)
        self._education: Numbers = np.zeros(people, np.int64)
        self.zones: list[str] = []
        """The zones by the number they have in `zone`."""
        self._words: list[str] = []
        self._zone_numbers: dict[str, int] = {}
        self._word_numbers: dict[str, int] = {}
        self.flag = LruCache(self._flag)
        self.educated = LruCache(self._educated)
        """By the minimum asked for: who reaches it."""
        self.experienced = LruCache(self._experienced)
        """By the years asked for: who has them."""
        self.in_zone = LruCache(self._in_zone)
        """By the zone's number: who lives by it."""

    def put(self, position: int, person: CoordinatorFacts) -> None:
        """One coordinator's numbers."""
        self.active[position] = person.active
        self.cleared[position] = person.exclusion_hold is None
        self.onshore[position] = person.country in self._policy.onshore_countries
        self.years[position] = person.years_experience
        self.min_pay[position] = person.min_pay_cents
        self.zone[position] = _number(person.zone, self.zones, self._zone_numbers)
        self._education[position] = _number(person.education, self._words, self._word_numbers)

    def forget(self) -> None:
        """Somebody's numbers have changed."""
        for kept in (self.flag, self.educated, self.experienced, self.in_zone):
            kept.forget()

    def _flag(self, name: str) -> Row:
        return pack(getattr(self, name))

    def _educated(self, wanted: str) -> Row:
        order = self._policy.education_order
        enough = {wanted, *(order[order.index(wanted) :] if wanted in order else ())}
        good = np.array([word in enough for word in self._words], np.bool_)
        return pack(good[self._education])

    def _experienced(self, wanted: int) -> Row:
        return pack(self.years >= wanted)

    def _in_zone(self, number: int) -> Row:
        return pack(self.zone == number)


def _number(word: str, words: list[str], numbers: dict[str, int]) -> int:
    if word not in numbers:
        numbers[word] = len(words)
        words.append(word)
    return numbers[word]


class Ties:
    """Numbers that pairs of a coordinator and a facility have, such as hours worked there."""

    def __init__(self, words: int) -> None:
        self._people = words * WORD
        self._by_facility: dict[int, dict[int, int]] = {}
        self._of: dict[int, dict[int, int]] = {}
        self.row = LruCache(self._row)
        """By facility: who is tied to it."""
        self.amount = LruCache(self._amount, 512)
        """By facility: everybody's number."""

    def __contains__(self, facility: int) -> bool:
        return bool(self._by_facility.get(facility))

    def tied_to(self, facility: int) -> Iterable[int]:
        """The positions of those tied to a facility."""
        return self._by_facility.get(facility, ())

    def put(self, position: int, facilities: Iterable[int] | Mapping[int, int]) -> None:
        """One coordinator's ties; a mere list counts 1 for each."""
        told = dict(facilities) if isinstance(facilities, Mapping) else dict.fromkeys(facilities, 1)
        before = self._of.pop(position, {})
        if told:
            self._of[position] = told
        for facility in {**before, **told}:
            if before.get(facility) != told.get(facility):
                tied = self._by_facility.setdefault(facility, {})
                tied.pop(position, None)
                if facility in told:
                    tied[position] = told[facility]
                self.row.forget(facility)
                self.amount.forget(facility)

    def _row(self, facility: int) -> Row:
        mask = np.zeros(self._people, np.bool_)
        mask[list(self._by_facility.get(facility, ()))] = True
        return pack(mask)

    def _amount(self, facility: int) -> Numbers:
        amounts = np.zeros(self._people, np.int64)
        tied = self._by_facility.get(facility, {})
        amounts[list(tied)] = list(tied.values())
        return amounts
