"""Coordinators who are asked to work another shift instead of theirs: one question of every outcome, and two chains."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Reassignment, load_options
from marketplace.assignments.rules import MAY_BE_LEFT
from marketplace.booking import reassignments
from marketplace.booking.reassignment_chains import fit
from marketplace.booking.reassignment_requests import ReassignmentStep, ask
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.demo.asking import post_single
from marketplace.demo.staffing import shifts_of
from marketplace.demo.who import person
from marketplace.facilities.models import Facility
from marketplace.kernel import NotAllowedNow, clock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLINICAL = ("triage", "rpm")
PEOPLE_TRIED = 45


class Questions:
    """Asks for one facility's open seats. `by` is the agency's scheduler, `poster` posts for the facility."""

    def __init__(self, facility: Facility, poster: Person, by: Person, now: datetime) -> None:
        self.facility, self.poster, self.by, self.now = facility, poster, by, now
        self._asked = set[int]()

    def every_outcome(self, spared: Sequence[Coordinator]) -> None:
        """A chain half way and one just begun; a question that ran out, one declined, one withdrawn, one accepted.

        `spared` are asked nothing.
        """
        self._asked |= {one.id for one in spared}
        if (last := self._chain(self.now - 5 * HOUR)) is not None:
            self._answer(last, "accept", self.now - 4 * HOUR)
        self._chain(self.now - 2 * HOUR)
        if (late := self._one(self.now - 30 * HOUR)) is not None:
            with clock.frozen_at(late.expires_at):
                reassignments.end_those_over(late.expires_at)
        for hours, answer in ((9, "decline"), (8, "withdraw"), (7, "accept")):
            if (move := self._one(self.now - hours * HOUR)) is not None:
                self._answer(move, answer, self.now - hours * HOUR + timedelta(minutes=24))

    def of(self, shown: Coordinator) -> None:
        """A question that waits for the coordinator the demo shows."""
        self._one(self.now - timedelta(minutes=50), shown)

    def _answer(self, move: Reassignment, answer: str, at: datetime) -> None:
        with clock.frozen_at(at):
            if answer == "withdraw":
                reassignments.withdraw(move, self.by, at)
            else:
                who = person(move.coordinator.person.email)
                (reassignments.accept if answer == "accept" else reassignments.decline)(move, who, at)
            session.flush()

    def _one(self, at: datetime, who: Coordinator | None = None) -> Reassignment | None:
        for held in islice(self._held(who), PEOPLE_TRIED):
            if (asked := self._ask(held, [], at)) is not None:
                return asked
        return None

    def _chain(self, at: datetime) -> Reassignment | None:
        """One would work the open seat, and another the first one's shift; the second is asked first."""
        ahead = list(self._held(None))
        for held in islice(ahead, PEOPLE_TRIED):
            for other in ahead:
                near = abs(other.starts_at - held.starts_at) < DAY and other.shift_id != held.shift_id
                does = held.shift.service_line in other.coordinator.service_lines
                if not (near and does) or other.coordinator_id == held.coordinator_id:
                    continue
                if fit(other, held.shift, at).eligible and (asked := self._ask(held, [other], at)) is not None:
                    return asked
        return None

    def _held(self, who: Coordinator | None) -> Iterator[Assignment]:
        """Bookings from tomorrow on, the soonest first, of people not asked so far."""
        ahead = (
            select(Assignment)
            .where(
                Assignment.state.in_(MAY_BE_LEFT),
                Assignment.starts_at > self.now + 30 * HOUR,
                Assignment.coordinator_id == who.id if who else Assignment.coordinator_id.not_in(self._asked),
            )
            .options(
                joinedload(Assignment.coordinator).joinedload(Coordinator.person),
                joinedload(Assignment.shift).options(*load_options()),
            )
            .order_by(Assignment.starts_at, Assignment.id)
        )
        return iter(session.scalars(ahead).unique().all())

    def _ask(self, held: Assignment, others: Sequence[Assignment], at: datetime) -> Reassignment | None:
        """Post a shift at the hours of the first booking and ask; None where a rule stands against it."""
        line = next((line for line in held.coordinator.service_lines if line not in CLINICAL), held.shift.service_line)
        span = (held.starts_at - HOUR, held.ends_at)
        steps = [ReassignmentStep(one.coordinator_id, one.shift_id) for one in (held, *others)]
        try:
            with session.begin_nested(), clock.frozen_at(at):
                [shift] = shifts_of(post_single(self.facility, self.poster, line, span, at))
                asked = ask(shift, steps, None, self.by, at)
                session.flush()
        except NotAllowedNow:
            return None
        self._asked |= {step.coordinator_id for step in steps}
        return session.scalars(
            select(Reassignment)
            .where(Reassignment.id == asked.id)
            .options(joinedload(Reassignment.coordinator).joinedload(Coordinator.person))
        ).one()
