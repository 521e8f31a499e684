"""Papers by the day: who holds which credential, license or BAA on a given day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np

from marketplace.matching.facts import (
    RN_LICENCE,
    AgreementFacts,
    CompactMembership,
    CoordinatorFacts,
    RequiredAgreement,
    VerificationState,
)
from marketplace.matching.index.bits import WORD, LruCache, Row, pack
from marketplace.matching.index.tables import Table
from marketplace.matching.rules.credentials import in_compact

Key = tuple[str, str]
"""The use of a paper: ("credential", a type), ("license", a state), ("home", a state in the compact), ("baa", "")."""

BAA: Key = ("baa", "")
_NO_END = date.max.toordinal()


class Validity:
    """First and last days of everybody's papers, and the row of those who hold one on a day."""

    def __init__(self, words: int, compact: Sequence[CompactMembership]) -> None:
        self._words = words
        self._compact = compact
        self._tables: defaultdict[Key, Table] = defaultdict(lambda: Table(3))
        self.held = LruCache(self._held_on)
        """By key and day: who holds such a paper then."""
        self.licensed = LruCache(self._licensed_on)
        """By state and day: whose license covers patients there, the compact included."""
        self._privileged = LruCache(self._privileged_on)

    def fill(self, people: Iterable[tuple[int, CoordinatorFacts]]) -> None:
        """Everybody's at once."""
        rows: defaultdict[Key, list[tuple[int, ...]]] = defaultdict(list)
        for position, person in people:
            for key, first, last in validity_of(person):
                rows[key].append((position, first, last))
        for key, told in rows.items():
            self._tables[key].extend(told)

    def change(self, position: int, before: CoordinatorFacts | None, after: CoordinatorFacts) -> None:
        """One coordinator's papers, or the home state, are others now."""
        old, new = set(validity_of(before)) if before else set(), set(validity_of(after))
        for key, first, last in old - new:
            self._tables[key].remove(position, first, last)
        for key, first, last in new - old:
            self._tables[key].add(position, first, last)
        if old != new:
            for kept in (self.held, self.licensed, self._privileged):
                kept.forget()

    def renew(self, compact: Sequence[CompactMembership]) -> None:
        """The compact has other members now."""
        if tuple(compact) != tuple(self._compact):
            self._compact = compact
            self.licensed.forget()
            self._privileged.forget()

    def throughout(self, key: Key, days: Sequence[date]) -> Row:
        """The row of those who hold one on each of the days; every day may rest on another one."""
        row = self.held((key, days[0].toordinal()))
        for day in days[1:]:
            row = row & self.held((key, day.toordinal()))
        return row

    def licensed_throughout(self, state: str, days: Sequence[date]) -> Row:
        """The row of those whose licenses cover patients in a state on each of the days."""
        row = self.licensed((state, days[0]))
        for day in days[1:]:
            row = row & self.licensed((state, day))
        return row

    def _held_on(self, asked: tuple[Key, int]) -> Row:
        key, day = asked
        mask = np.zeros(self._words * WORD, np.bool_)
        if key in self._tables:
            position, first, last = self._tables[key].columns
            mask[position[(first <= day) & (day <= last)]] = True
        return pack(mask)

    def _licensed_on(self, asked: tuple[str, date]) -> Row:
        """Issued there, or multistate from a home state while both are in the Nurse Licensure Compact."""
        state, day = asked
        row = self.held((("license", state), day.toordinal()))
        return row | self._privileged(day) if in_compact(state, day, self._compact) else row

    def _privileged_on(self, day: date) -> Row:
        """The row of those with a multistate license of a home state that is in the compact on that day."""
        row = np.zeros(self._words, np.uint64)
        for home in {member.state for member in self._compact}:
            if in_compact(home, day, self._compact):
                row |= self.held((("home", home), day.toordinal()))
        return row


def validity_of(person: CoordinatorFacts) -> Iterator[tuple[Key, int, int]]:
    """The use of each verified credential and agreement, with its first and last day."""
    for one in person.credentials:
        if one.verification is VerificationState.VERIFIED:
            term = one.issued_on.toordinal(), one.expires_on.toordinal() if one.expires_on else _NO_END
            yield ("credential", one.type), *term
            if one.type == RN_LICENCE and one.state is not None:
                yield ("license", one.state), *term
                if one.multistate and one.state == person.home_state:
                    yield ("home", one.state), *term
    for paper in person.agreements:
        if paper.kind is RequiredAgreement.BAA:
            yield BAA, paper.starts_on.toordinal(), paper.ends_on.toordinal() if paper.ends_on else _NO_END


def in_force(agreements: Iterable[AgreementFacts], kind: RequiredAgreement, days: Sequence[date]) -> bool:
    """Is such an agreement in force on each of the days?"""
    of_kind = [one for one in agreements if one.kind is kind]
    return all(
        any(one.starts_on <= day and (one.ends_on is None or day <= one.ends_on) for one in of_kind) for day in days
    )
