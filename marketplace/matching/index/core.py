"""The eligibility index: everybody's facts, turned round so that a shift finds its people instead of asking each one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from marketplace.kernel import Span
from marketplace.matching.facts import BookingFacts, Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.index.bits import WORD, Numbers, Positions, Row, holds, positions_in, put, turned, words_for
from marketplace.matching.index.busy_time import booked
from marketplace.matching.index.clock import bounds, days_of, local_weeks
from marketplace.matching.index.judging import Judge
from marketplace.matching.index.pairing import Pairs, all_pairs
from marketplace.matching.index.prices import Prices
from marketplace.matching.index.score_columns import ScoreColumns
from marketplace.matching.rules.timing import local_days

SPARE = 64
"""Room for so many newcomers, or an eighth of all, before everything is laid out again."""


class Ranked(NamedTuple):
    """The best for one shift: ids, points, the points of each part, and the opportunity cost of their hours."""

    ids: Numbers
    totals: Numbers
    parts: Numbers
    """A row for each coordinator, a column for each part in the order of `scores.PARTS`."""
    costs: Numbers
    """Points: the value of their hours elsewhere, at the prices given; all 0 without prices."""
    eligible: int
    """How many may take the shift, shown or not."""


class Index:
    """Answers for one shift and everybody, exactly as `rules.eligible`, `rules.explain` and `scores.score` would.

    A coordinator has a position for as long as they are in the index; `ids` says whose it is (-1: nobody's). Not safe for several
    threads at once. Each change of facts must be passed on: `update`, `remove`, or `book` and `release` for the bits alone.
    """

    def __init__(self, people: Collection[CoordinatorFacts], context: Context, horizon: Span | None = None) -> None:
        self._horizon = horizon
        self._lay_out(people, context)

    def _lay_out(self, people: Collection[CoordinatorFacts], context: Context) -> None:
        words = words_for(len(people) + max(SPARE, len(people) // 8))
        self._judge = judge = Judge(words, context)
        self._score_columns = ScoreColumns(words, context, judge.columns, judge.systems, judge.validity)
        self.ids: Numbers = np.full(words * WORD, -1, np.int64)
        self._position: dict[int, int] = {}
        judge.facts = [None] * (words * WORD)
        placed = list(enumerate(sorted(people, key=lambda person: person.id)))
        for position, person in placed:
            self._put(position, person)
        self._vacant = list(range(words * WORD - 1, len(placed) - 1, -1))
        judge.validity.fill(placed)
        judge.hours.fill({position: (person.zone, person.availability) for position, person in placed})
        self._score_columns.liked.fill({position: (person.zone, person.preferred_hours) for position, person in placed})
        judge.busy.fill(placed)
        judge.weeks.fill(placed)
        if self._horizon is not None:
            self._look_ahead(self._horizon)

    @classmethod
    def build(cls, coordinators: Iterable[CoordinatorFacts], context: Context, horizon: Span | None = None) -> Index:
        """An index of these coordinators. What lies within the horizon is worked out now, the rest when it is asked for."""
        return cls({person.id: person for person in coordinators}.values(), context, horizon)

    def __len__(self) -> int:
        return len(self._position)

    def __contains__(self, coordinator_id: int) -> bool:
        return coordinator_id in self._position

    @property
    def context(self) -> Context:
        """The part of a judgement that is the same for every pair."""
        return self._judge.context

    def position(self, coordinator_id: int) -> int:
        """The position of a coordinator. Raises KeyError for somebody who is not in the index."""
        return self._position[coordinator_id]

    def facts(self, position: int) -> CoordinatorFacts:
        """The facts of the coordinator at a position. Raises KeyError where there is none."""
        person = self._judge.facts[position]
        if person is None:
            raise KeyError(position)
        return person

    def people_at(self, positions: Positions) -> list[CoordinatorFacts]:
        """The facts of the coordinators at these positions."""
        facts = self._judge.facts
        return [facts[position] for position in positions.tolist()]

    def people(self) -> list[CoordinatorFacts]:
        """Everybody, by id."""
        return [self.facts(self._position[key]) for key in sorted(self._position)]

    # ---- changes -------------------------------------------------------------------------------------------------

    def update(self, person: CoordinatorFacts) -> None:
        """One coordinator's facts as they are now; a newcomer finds a position."""
        position = self._position.get(person.id)
        judge = self._judge
        if position is None:
            if not self._vacant:
                self._lay_out([*self.people(), person], self.context)
                return
            position = self._vacant.pop()
        before = judge.facts[position]
        self._put(position, person)
        judge.columns.forget()
        for levels in (judge.lines, judge.languages, judge.systems):
            levels.at_least.forget()
        judge.validity.change(position, before, person)
        judge.hours.change(position, person.zone, person.availability)
        self._score_columns.liked.change(position, person.zone, person.preferred_hours)
        judge.busy.change(position, person)
        judge.weeks.change(position, person)

    def remove(self, coordinator_id: int) -> None:
        """Take a coordinator out; nothing happens for somebody who is not in the index."""
        position = self._position.get(coordinator_id)
        if position is None:
            return
        self.update(CoordinatorFacts(coordinator_id, "", "", "UTC", active=False))
        del self._position[coordinator_id]
        self.ids[position] = -1
        self._judge.facts[position] = None
        put(self._judge.present, position, False)
        self._vacant.append(position)

    def book(self, coordinator_id: int, span: Span, shift_id: int, facility_id: int) -> None:
        """A booking takes their time: rest, hours of the week and overlaps are counted from here on.

        Their history (offers, fills, hours at the facility) stays as `update` has it.
        """
        position = self._position[coordinator_id]
        person = self.facts(position)
        booking = BookingFacts(span, shift_id, facility_id)
        self._judge.facts[position] = replace(person, bookings=(*person.bookings, booking))
        self._judge.busy.book(position, booked(booking, person.rest_minutes))
        self._judge.weeks.book(position, *bounds(span))

    def release(self, coordinator_id: int, shift_id: int) -> None:
        """Their booking of that shift is gone; KeyError when there is none."""
        position = self._position[coordinator_id]
        person = self.facts(position)
        booking = next((one for one in person.bookings if one.shift_id == shift_id), None)
        if booking is None:
            raise KeyError(shift_id)
        left = list(person.bookings)
        left.remove(booking)
        self._judge.facts[position] = replace(person, bookings=tuple(left))
        self._judge.busy.release(position, booked(booking, person.rest_minutes))
        self._judge.weeks.book(position, *bounds(booking.span), sign=-1)

    def renew(self, context: Context) -> None:
        """Another moment of asking, another compact or other weights where they changed. Another policy needs `build`."""
        if context.policy != self.context.policy:
            raise ValueError("The policy is another one now: build the index again.")
        self._judge.validity.renew(context.compact)
        if context.weights != self.context.weights:
            self._score_columns.weigh(context, self._judge.facts)
        self._judge.context = context

    def _put(self, position: int, person: CoordinatorFacts) -> None:
        judge = self._judge
        self._position[person.id] = position
        self.ids[position] = person.id
        judge.facts[position] = person
        put(judge.present, position, True)
        judge.columns.put(position, person)
        judge.lines.put(position, dict.fromkeys(person.service_lines, 1))
        judge.languages.put(position, person.languages)
        judge.systems.put(position, person.ehr)
        judge.blocks.put(position, person.blocked_facilities)
        judge.do_not_return.put(position, person.blocked_by_facilities)
        self._score_columns.put(position, person)

    def _look_ahead(self, horizon: Span) -> None:
        start, end = bounds(horizon)
        for day in days_of(start, end):
            self._judge.busy.day(day)
            if self._score_columns.liked:
                self._score_columns.liked.day(day)
        for zone in self._judge.columns.zones:
            for week, _ in local_weeks(start, end, zone):
                self._judge.weeks.left(week)

    # ---- answers -------------------------------------------------------------------------------------------------

    def eligible(self, shift: ShiftFacts) -> Positions:
        """The positions of all who may take the shift."""
        days = local_days(shift.span, shift.zone)
        if not (self._judge.ahead(shift) and self._judge.papers_in_force(shift, days)):
            return np.empty(0, np.intp)
        row = self._judge.free(shift, self._judge.skilled(shift, days))
        return self._judge.affordable(shift, positions_in(row))

    def eligible_row(self, shift: ShiftFacts) -> Row:
        """The same as a row of bits, to be put together with others."""
        mask = np.zeros(len(self.ids), np.bool_)
        mask[self.eligible(shift)] = True
        return np.packbits(mask, bitorder="little").view(np.uint64)

    def may(self, coordinator_id: int, shift: ShiftFacts) -> bool:
        """May this coordinator take the shift?"""
        return holds(self.eligible_row(shift), self._position[coordinator_id])

    def all_pairs(self, shifts: Sequence[ShiftFacts]) -> Pairs:
        """Every shift with everybody who may take it: numbers of the shifts in the order given, and positions."""
        return all_pairs(self._judge, shifts)

    def reasons(self, shift: ShiftFacts) -> npt.NDArray[np.uint32]:
        """For each position the rules that refuse: bit k belongs to `RULES[k]`. 0 for who may, and where nobody stands."""
        return turned(self._judge.refused(shift, local_days(shift.span, shift.zone)))

    def refusals(self, shift: ShiftFacts) -> Counter[str]:
        """The number each rule refuses, by the rule's code, in the order of the rules."""
        return self._judge.refusals(shift, local_days(shift.span, shift.zone))

    def scores(self, shift: ShiftFacts, positions: Positions) -> tuple[Numbers, Numbers]:
        """Totals, and the points of each part: a row for each position, a column for each of `scores.PARTS`."""
        parts = self._score_columns.parts(shift, local_days(shift.span, shift.zone), positions)
        return parts.sum(axis=1), parts

    def rank(self, shift: ShiftFacts, top: int | None = 20, prices: Prices | None = None) -> Ranked:
        """The best `top` who may take the shift (None: all), best first, equal ones by id.

        With prices the order is by points less the value of their hours elsewhere; the points stay what they are.
        """
        who = self.eligible(shift)
        totals, parts = self.scores(shift, who)
        ids = self.ids[who]
        costs = prices.costs(self.people_at(who), shift) if prices is not None else np.zeros(len(who), np.int64)
        net = totals - costs
        if top is not None and top < len(who):
            least = np.partition(net, len(net) - top)[len(net) - top]
            near = np.flatnonzero(net >= least)
            best = near[np.lexsort((ids[near], -net[near]))][:top]
        else:
            best = np.lexsort((ids, -net))
        return Ranked(ids[best], totals[best], parts[best], costs[best], len(who))
