"""Hours left: how many minutes each coordinator may still work in each local week."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from marketplace.kernel import Span, week_start, workweek
from marketplace.matching.facts import CoordinatorFacts, ShiftFacts
from marketplace.matching.rules.timing import local_days, time_shared
from marketplace.plans.solver.planning_problem import MINUTE, Integers


class LocalWeeks:
    """Numbers for local weeks, counted by the date of their Monday: the same in every zone."""

    def __init__(self, horizon: Span) -> None:
        self._first = week_start(horizon.start.date()) - timedelta(days=7)
        self.count = (week_start(horizon.end.date()) - self._first).days // 7 + 2

    def of(self, moment: datetime, zone: str) -> int:
        """The number of the week in which a moment falls, on the clock of the zone."""
        day = local_days(Span(moment, moment + MINUTE), zone)[0]
        return (week_start(day) - self._first).days // 7

    def monday(self, number: int) -> date:
        """The first day of a week."""
        return self._first + timedelta(days=7 * number)

    def minutes_left(
        self,
        people: Sequence[CoordinatorFacts],
        slots: Sequence[ShiftFacts],
        slot_week: Integers,
        number: Integers,
        column: Integers,
    ) -> Integers:
        """Minutes each coordinator may still work, shape (people, weeks); booked time is taken off.

        `number` and `column` are the slot and the person of each pair. The solver counts a shift in one week, the same for
        everybody. Where part of it falls into another week on the coordinator's own clock, the limit is raised by that part:
        so no valid plan is excluded, and the bound holds. `post_check` removes what is too much for the coordinator's week.
        """
        table = np.zeros((len(people), self.count), np.int64)
        for row, person in enumerate(people):
            for week in range(self.count):
                span = workweek(self.monday(week), person.zone)
                worked = sum((time_shared(one.span, span) for one in person.bookings), timedelta())
                table[row, week] = max(0, person.max_week_minutes - -(-worked // MINUTE))
        elsewhere = self._elsewhere(people, slots, slot_week)
        for n, j in zip(number.tolist(), column.tolist(), strict=True):
            more = elsewhere.get((n, people[j].zone), 0)
            if more:
                table[j, slot_week[n]] += more
        return table

    def _elsewhere(
        self, people: Sequence[CoordinatorFacts], slots: Sequence[ShiftFacts], slot_week: Integers
    ) -> Mapping[tuple[int, str], int]:
        """By slot and zone: the minutes of a shift outside the week in which it is counted."""
        found = {}
        for zone in {person.zone for person in people}:
            spans = [workweek(self.monday(week), zone) for week in range(self.count)]
            for n, shift in enumerate(slots):
                inside = time_shared(shift.span, spans[slot_week[n]])
                outside = shift.span.minutes - inside // MINUTE
                if outside:
                    found[n, zone] = outside
        return found
