"""The hard rules over everybody at once: whom each rule refuses for one shift, and who is left when all have spoken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from marketplace.matching.facts import (
    HIPAA_TRAINING,
    RN_LICENCE,
    Context,
    CoordinatorFacts,
    RequiredAgreement,
    ShiftFacts,
)
from marketplace.matching.index.abilities import Columns, SkillLevels, Ties
from marketplace.matching.index.bits import LruCache, Mask, Positions, Row, count, pack, positions_in, put
from marketplace.matching.index.busy_time import Occupancy, Weeks, covering
from marketplace.matching.index.clock import QUARTER, bounds, local_weeks
from marketplace.matching.index.hours import OpenHours
from marketplace.matching.index.validity import BAA, Validity, in_force
from marketplace.matching.rules import timing
from marketplace.matching.rules.hard_rules import RULES
from marketplace.matching.verdicts import Outcome, Rule

_TIME = (timing.overlap, timing.rest, timing.time_off, timing.availability)
"""The rules that the rows of `Occupancy` answer together."""


class Judge:
    """Everything the hard rules look at, as rows and columns over all coordinators."""

    def __init__(self, words: int, context: Context) -> None:
        self.context = context
        self.present: Row = np.zeros(words, np.uint64)
        """Which positions belong to somebody."""
        self.facts: list[CoordinatorFacts | None] = []
        self.columns = Columns(words, context.policy)
        self.lines, self.languages, self.systems = SkillLevels(words), SkillLevels(words), SkillLevels(words)
        self.validity = Validity(words, context.compact)
        self.hours = OpenHours(words)
        self.busy = Occupancy(words, self.hours)
        self.weeks = Weeks(words * 64)
        self.blocks, self.do_not_return = Ties(words), Ties(words)
        self._everybody = np.full(words, ~np.uint64(0), np.uint64)
        self._nobody: Row = np.zeros(words, np.uint64)

    # ---- everyone who may ----------------------------------------------------------------------------------------

    def skilled(self, shift: ShiftFacts, days: Sequence[date]) -> Row:
        """Those whom no rule about papers, person and abilities refuses: the same for all shifts with the same terms."""
        row = self.present & self.columns.flag("active") & self.columns.flag("cleared")
        row &= self.lines.at_least((shift.service_line, 1))
        for passing in (*self._papers(shift, days), *self._abilities(shift)):
            row &= passing
        return row

    def ahead(self, shift: ShiftFacts) -> bool:
        """Whether the shift is not over."""
        return self.context.as_of < shift.span.end

    def papers_in_force(self, shift: ShiftFacts, days: Sequence[date]) -> bool:
        """Whether the facility has contract and BAA for the whole shift."""
        return all(in_force(shift.agreements, kind, days) for kind in RequiredAgreement)

    def free(self, shift: ShiftFacts, among: Row) -> Row:
        """Of these, those whose hours, bookings, rest and days off leave the time of the shift free."""
        start, end = bounds(shift.span)
        sure, doubtful = self._throughout(self.busy.day, start, end, among)
        if doubtful is not None:
            doubtful &= self.busy.off_grid
            for position in positions_in(doubtful).tolist():
                if not any(self._fails(rule, position, shift) for rule in _TIME):
                    put(sure, position, True)
        return sure

    def affordable(self, shift: ShiftFacts, who: Positions) -> Positions:
        """Of these, those whom pay, blocks and hours in the week do not refuse."""
        who = who[self.columns.min_pay[who] <= shift.pay_rate_cents]
        for ties in (self.blocks, self.do_not_return):
            if shift.facility_id in ties and len(who):
                who = who[ties.amount(shift.facility_id)[who] == 0]
        if len(who):
            who = who[self._within_weeks(shift, who)]
        return who

    def _within_weeks(self, shift: ShiftFacts, who: Positions) -> Mask:
        groups = self._weeks_by_zone(shift)
        good = np.ones(len(who), np.bool_)
        for weeks, zones in groups.items():
            mine = good if len(groups) == 1 else np.isin(self.columns.zone[who], zones)
            for week, part in weeks:
                good &= ~mine | (self.weeks.left(week)[who] >= part)
        return good

    # ---- the rows the rules need ---------------------------------------------------------------------------------

    def _papers(self, shift: ShiftFacts, days: Sequence[date]) -> Iterable[Row]:
        if shift.requires_licence:
            yield self._licensed(shift, days)
        yield from (self.validity.throughout(("credential", kind), days) for kind in _further_credentials(shift))
        yield self.validity.throughout(("credential", HIPAA_TRAINING), days)
        yield self.validity.throughout(BAA, days)

    def _licensed(self, shift: ShiftFacts, days: Sequence[date]) -> Row:
        if not shift.patient_states:
            return self._nobody
        return _all(self.validity.licensed_throughout(state, days) for state in shift.patient_states)

    def _abilities(self, shift: ShiftFacts) -> Iterable[Row]:
        if self._only_onshore(shift):
            yield self.columns.flag("onshore")
        yield from (self.languages.at_least(asked) for asked in shift.languages.items())
        yield from (self.systems.at_least(asked) for asked in shift.ehr.items())
        if shift.min_education:
            yield self.columns.educated(shift.min_education)
        yield self.columns.experienced(shift.min_years)

    def _only_onshore(self, shift: ShiftFacts) -> bool:
        words = self.context.policy.onshore_payer_words
        return not shift.offshore_allowed or any(word in payer.lower() for payer in shift.payer_mix for word in words)

    def _throughout(self, rows_of: LruCache[int, Row], start: int, end: int, among: Row) -> tuple[Row, Row | None]:
        """Whose bit is set in every quarter hour the stretch touches; and, where it begins or ends inside a quarter,
        who has no bit there but all those between: they must be asked exactly if their own times are off_grid too.
        """
        first, last = -(-start // QUARTER) * QUARTER, end // QUARTER * QUARTER
        row = among.copy()
        for rows in covering(rows_of, first, last):
            row &= np.bitwise_and.reduce(rows, axis=0)
        if (first, last) == (start, end):
            return row, None
        whole = row.copy()
        for edge in {start // QUARTER * QUARTER, (end - 1) // QUARTER * QUARTER}:
            for rows in covering(rows_of, edge, edge + QUARTER):
                whole &= rows[0]
        return whole, row & ~whole

    def _weeks_by_zone(self, shift: ShiftFacts) -> dict[tuple[tuple[int, int], ...], list[int]]:
        """The zones whose local weeks share the shift in the same way, by how: week and microseconds."""
        start, end = bounds(shift.span)
        groups: dict[tuple[tuple[int, int], ...], list[int]] = {}
        for number, zone in enumerate(self.columns.zones):
            groups.setdefault(local_weeks(start, end, zone), []).append(number)
        return groups

    def _fails(self, rule: Rule, position: int, shift: ShiftFacts) -> bool:
        person = self.facts[position]
        return person is None or rule.check(person, shift, self.context).outcome is Outcome.FAIL

    # ---- everyone who may not, and why ---------------------------------------------------------------------------

    def refused(self, shift: ShiftFacts, days: Sequence[date]) -> Row:
        """A matrix: for each rule, in the order of `RULES`, the row of those it refuses."""
        start, end = bounds(shift.span)
        booked, resting = self.busy.touching(start, end)
        passing = {
            "active_account": self.columns.flag("active"),
            "exclusion_screening": self.columns.flag("cleared"),
            "service_line": self.lines.at_least((shift.service_line, 1)),
            "patient_state_licence": self._licensed(shift, days) if shift.requires_licence else self._everybody,
            "required_credentials": _all(
                (self.validity.throughout(("credential", kind), days) for kind in _further_credentials(shift)),
                self._everybody,
            ),
            "hipaa_training": self.validity.throughout(("credential", HIPAA_TRAINING), days),
            "coordinator_baa": self.validity.throughout(BAA, days),
            "facility_contract": self._all_or_none(in_force(shift.agreements, RequiredAgreement.CONTRACT, days)),
            "facility_baa": self._all_or_none(in_force(shift.agreements, RequiredAgreement.BAA, days)),
            "offshore": self.columns.flag("onshore") if self._only_onshore(shift) else self._everybody,
            "not_past": self._all_or_none(self.ahead(shift)),
            "overlap": ~self._row_of(booked),
            "rest": ~self._row_of(resting),
            "time_off": ~self._row_of(self.busy.off(start, end)),
            "availability": self._available(shift, start, end),
            "weekly_hours": self._weekly(shift),
            "languages": _all((self.languages.at_least(one) for one in shift.languages.items()), self._everybody),
            "ehr": _all((self.systems.at_least(one) for one in shift.ehr.items()), self._everybody),
            "education": self.columns.educated(shift.min_education) if shift.min_education else self._everybody,
            "experience": self.columns.experienced(shift.min_years),
            "pay": pack(self.columns.min_pay <= shift.pay_rate_cents),
            "coordinator_block": ~self.blocks.row(shift.facility_id),
            "do_not_return": ~self.do_not_return.row(shift.facility_id),
        }
        return self.present & ~np.stack([passing[rule.code] for rule in RULES])

    def refusals(self, shift: ShiftFacts, days: Sequence[date]) -> Counter[str]:
        """The number each rule refuses, by the rule's code, in the order of the rules; only those that refuse anybody."""
        counts = {rule.code: count(row) for rule, row in zip(RULES, self.refused(shift, days), strict=True)}
        return Counter({code: number for code, number in counts.items() if number})

    def _all_or_none(self, good: bool) -> Row:
        return self._everybody if good else self._nobody

    def _row_of(self, who: Positions) -> Row:
        mask = np.zeros(len(self._everybody) * 64, np.bool_)
        mask[who] = True
        return pack(mask)

    def _available(self, shift: ShiftFacts, start: int, end: int) -> Row:
        sure, doubtful = self._throughout(self.hours.day, start, end, self.present)
        if doubtful is not None:
            for position in positions_in(doubtful & self.hours.off_grid).tolist():
                if not self._fails(timing.availability, position, shift):
                    put(sure, position, True)
        return sure

    def _weekly(self, shift: ShiftFacts) -> Row:
        groups = self._weeks_by_zone(shift)
        row = self._everybody
        for weeks, zones in groups.items():
            good = _all((pack(self.weeks.left(week) >= part) for week, part in weeks), self._everybody)
            if len(groups) > 1:
                mine = self._nobody
                for number in zones:
                    mine = mine | self.columns.in_zone(number)
                good = good | ~mine
            row = row & good
        return row


def _further_credentials(shift: ShiftFacts) -> set[str]:
    """The types that the rule of required credentials looks at: two others have rules of their own."""
    wanted = set(shift.required_credentials)
    wanted.discard(HIPAA_TRAINING)
    if shift.requires_licence:
        wanted.discard(RN_LICENCE)
    return wanted


def _all(rows: Iterable[Row], none: Row | None = None) -> Row:
    """The row of those who are in every row; with no row at all, `none`."""
    found = none
    for row in rows:
        found = row if found is None else found & row
    assert found is not None
    return found
