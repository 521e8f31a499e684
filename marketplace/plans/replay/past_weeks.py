"""Past weeks as they are read for a simulation.

Everybody's agreements, hours and limits are those of today, judged on the days of each shift. What was booked in these weeks is
open again, what was booked around them stays.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from marketplace.db import as_system
from marketplace.eligibility import loading
from marketplace.eligibility.assessment import context_for, facts_of_shifts
from marketplace.kernel import Invalid, Span, local_instant
from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.simulating import SimulationResult
from marketplace.plans.queries import plan_zone
from marketplace.plans.replay.history import acceptance_chances, as_it_happened, posted_at, shifts_between


@dataclass(frozen=True)
class PastWeeks:
    """History as it was read: whole days on the clock of `zone`, `until` not among them."""

    first: date
    until: date
    zone: str
    shifts: list[ShiftFacts]
    posted: dict[int, datetime]
    people: list[CoordinatorFacts]
    """Without what they had booked in the stretch."""
    willing: dict[int, float]
    context: Context
    happened: SimulationResult
    worked: dict[int, int]
    """Minutes of each coordinator in the bookings that stood at the end."""

    @property
    def start(self) -> datetime:
        return local_instant(self.first, time(0), self.zone)


def read_weeks(first: date, until: date) -> PastWeeks:
    """The weeks from `first` up to `until` (not among them), on the agency's clock.

    Raises Invalid when they end before they begin, or when no shift began in them.
    """
    if until <= first:
        raise Invalid("The stretch ends before it begins.")
    zone = plan_zone()
    start, end = local_instant(first, time(0), zone), local_instant(until, time(0), zone)
    span = Span(start, end)
    with as_system():
        rows = shifts_between(start, end)
        if not rows:
            raise Invalid(
                "No shift began between %(first)s and %(last)s: there is nothing to live again.",
                first=first,
                last=until,
            )
        papers = loading.agreements()
        about = facts_of_shifts(rows, papers)
        people = loading.coordinator_facts(at=start, around=span, papers=papers)
        posted = posted_at([shift.id for shift in about])
        happened, worked = as_it_happened(about)
        willing = acceptance_chances(start)
        when = context_for(about, start)
    inside = {shift.id for shift in about}
    open_again = [
        replace(person, bookings=tuple(one for one in person.bookings if one.shift_id not in inside))
        for person in people
    ]
    return PastWeeks(first, until, zone, about, posted, open_again, willing, when, happened, worked)
