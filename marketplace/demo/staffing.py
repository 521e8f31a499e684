"""The staffing of the demo: its past and coming shifts, each given to somebody every rule allowed at that moment."""

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.assignments.models import Assignment, CancelledBy, Offer, OfferKind, load_options
from marketplace.assignments.rules import AssignmentState, OfferState
from marketplace.db import session
from marketplace.eligibility import loading
from marketplace.eligibility.assessment import context, facts_of_shifts, shift_facts
from marketplace.eligibility.loading import agreements
from marketplace.matching.facts import BookingFacts, Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.rules.hard_rules import eligible, explain, facts_record
from marketplace.matching.scoring import score
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState, ShiftState

NEAR = timedelta(days=10)
FAIR_SHARE = 0.55
"""How often a seat without a regular goes to whoever has had the fewest hours."""
FINISHED = frozenset({AssignmentState.BOOKED, AssignmentState.CONFIRMED})
"""What becomes of a booking between its act and the clock: of those that are over, the ones to be clocked."""


class DemoStaffing:
    """Fills shifts in order of time. `now` divides what happened from what is planned."""

    def __init__(self, now: datetime, chance: random.Random) -> None:
        self.now, self.chance = now, chance
        self.compact = context(now).compact
        papers = agreements()
        self.people: dict[int, CoordinatorFacts] = {
            one.id: one for one in loading.coordinator_facts(at=now, papers=papers)
        }
        self._skilled: dict[str, list[int]] = defaultdict(list)
        """Who does a kind of work: the rules need not be asked about anybody else."""
        for one in self.people.values():
            for line in one.service_lines:
                self._skilled[line].append(one.id)
        self._worked: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._offers: list[dict[str, object]] = []
        self.regulars: dict[tuple[int, str], int] = {}
        """Who usually does this work at this facility: (facility id, service line) → coordinator id."""

    def fill(self, shifts: Iterable[Shift], *, spare: Collection[int] = ()) -> list[Assignment]:
        """Book most seats of these shifts (loaded with `load_options()`). `spare` keeps people out."""
        shifts = sorted(shifts, key=lambda shift: (shift.starts_at, shift.id))
        made, filled = list[Assignment](), dict[Shift, datetime]()
        for shift, about in zip(shifts, facts_of_shifts(shifts), strict=True):
            seats = [self._seat(shift, about, seat, spare) for seat in range(1, shift.headcount + 1)]
            made += [assignment for assignment in seats if assignment is not None]
            if all(seats):
                filled[shift] = max(assignment.booked_at for assignment in seats if assignment)
        session.add_all(made)
        session.flush()
        self._note(shifts, filled)
        return made

    def _note(self, shifts: Sequence[Shift], filled: Mapping[Shift, datetime]) -> None:
        """Which shifts are over and since when they are full, in three statements whatever their number."""
        over = [shift.id for shift in shifts if shift.ends_at <= self.now]
        session.execute(update(Shift).where(Shift.id.in_(over)).values(state=ShiftState.ENDED))
        last = select(func.max(Assignment.booked_at)).where(
            Assignment.shift_id == Shift.id, Assignment.cancelled_at.is_(None)
        )
        session.execute(
            update(Shift)
            .where(Shift.id.in_([shift.id for shift in filled]))
            .values(filled_at=last.scalar_subquery())
            .execution_options(synchronize_session=False)
        )
        for shift, moment in filled.items():
            set_committed_value(shift, "filled_at", moment)

    def book(self, shift: Shift, person_id: int, booked: datetime) -> Assignment | None:
        """Give one shift to somebody, if every rule allows it."""
        about = shift_facts(shift)
        context = Context(as_of=booked, compact=self.compact)
        if not eligible(self.people[person_id], about, context):
            return None
        made = self._booked(shift, about, context, person_id, 1, booked)
        shift.filled_at = booked
        session.add(made)
        session.flush()
        return made

    def write_offers(self) -> None:
        """The offers that led to these bookings, all at once."""
        if self._offers:
            session.execute(insert(Offer), self._offers)
        self._offers = []

    def _seat(self, shift: Shift, about: ShiftFacts, seat: int, spare: Collection[int]) -> Assignment | None:
        ahead = shift.starts_at - self.now
        if self.chance.random() > self._filled_share(ahead):
            return None
        posted = shift.need.posted_at or shift.starts_at
        booked = min(posted + timedelta(minutes=int(self.chance.lognormvariate(4.9, 1.1))), self.now)
        booked = max(min(booked, shift.starts_at - timedelta(hours=2)), posted)
        context = Context(as_of=booked, compact=self.compact)
        skilled = (self.people[key] for key in self._skilled[shift.service_line] if key not in spare)
        able = [one for one in skilled if eligible(one, about, context)]
        if not able:
            return None
        self._rank(able, shift, about, context)
        best = able[0]
        if len(able) > 1 and ahead < timedelta(0) and self.chance.random() < 0.03:
            self._gave_back(shift, about, context, best.id, seat, booked)
            best = able[1]
            booked += timedelta(hours=3)
        for asked in able[1:3]:
            self._offer(shift, asked.id, posted, booked, OfferState.SUPERSEDED)
        self._offer(shift, best.id, posted, booked, OfferState.ACCEPTED)
        return self._booked(shift, about, context, best.id, seat, booked)

    def _rank(self, able: list[CoordinatorFacts], shift: Shift, about: ShiftFacts, context: Context) -> None:
        """Order by who is asked first: mostly the regular or the best fit, and often whoever has had the least so far."""
        regular = self.regulars.get((shift.facility_id, shift.service_line))
        if regular is not None and self.chance.random() < 0.8:
            able.sort(key=lambda one: (one.id != regular, one.id))
        elif self.chance.random() < FAIR_SHARE:
            able.sort(key=lambda one: (sum(self._worked[one.id].values()), one.id))
        else:
            able.sort(key=lambda one: (-score(one, about, context).total - self.chance.randrange(160), one.id))

    def _filled_share(self, ahead: timedelta) -> float:
        if ahead < timedelta(0):
            age = -ahead / timedelta(weeks=1)
            return 0.975 - 0.008 * age
        return 0.93 if ahead < timedelta(days=4) else 0.8 if ahead < timedelta(days=9) else 0.62

    def _booked(
        self, shift: Shift, about: ShiftFacts, context: Context, person_id: int, seat: int, booked: datetime
    ) -> Assignment:
        person = self.people[person_id]
        assignment = Assignment(
            shift_id=shift.id,
            facility_id=shift.facility_id,
            coordinator_id=person.id,
            state=AssignmentState.CONFIRMED
            if shift.starts_at - self.now < timedelta(days=3)
            else AssignmentState.BOOKED,
            seat=seat,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            headcount=shift.headcount,
            bill_rate_cents=shift.bill_rate_cents,
            pay_rate_cents=shift.pay_rate_cents,
            booked_at=booked,
            undo_until=booked + timedelta(minutes=5),
            verdicts=[verdict.as_record() for verdict in explain(person, about, context)],
            facts=facts_record(person, about, context),
            score=score(person, about, context).as_record(),
        )
        mine = self._worked[person.id]
        mine[shift.facility_id] += shift.span.minutes
        near = tuple(one for one in person.bookings if one.span.end > shift.starts_at - NEAR)
        self.people[person.id] = replace(
            person,
            bookings=(*near, BookingFacts(shift.span, shift.id, shift.facility_id)),
            facility_minutes=dict(mine),
        )
        return assignment

    def _gave_back(
        self, shift: Shift, about: ShiftFacts, context: Context, person_id: int, seat: int, booked: datetime
    ) -> None:
        """Somebody took it and cancelled in time."""
        before = self.people[person_id]
        assignment = self._booked(shift, about, context, person_id, seat, booked)
        self.people[person_id] = before
        notice = timedelta(hours=self.chance.randrange(26, 90))
        assignment.state = AssignmentState.CANCELLED
        assignment.cancelled_by = CancelledBy.COORDINATOR
        assignment.cancelled_at = max(shift.starts_at - notice, booked + timedelta(hours=1))
        assignment.notice_minutes = int((shift.starts_at - assignment.cancelled_at) / timedelta(minutes=1))
        assignment.points = -25 if assignment.notice_minutes <= 72 * 60 else 0
        assignment.cancel_reason = "Something came up."
        session.add(assignment)

    def _offer(self, shift: Shift, person_id: int, sent: datetime, answered: datetime, state: OfferState) -> None:
        self._offers.append(
            {
                "shift_id": shift.id,
                "facility_id": shift.facility_id,
                "coordinator_id": person_id,
                "kind": OfferKind.OFFER,
                "state": state,
                "sent_at": sent,
                "expires_at": shift.starts_at,
                "answered_at": answered,
            }
        )


def shifts_of(*needs: Need) -> list[Shift]:
    """The shifts of these needs as staffing wants them."""
    session.flush()
    return list(
        session.scalars(
            select(Shift).where(Shift.need_id.in_([need.id for need in needs])).options(*load_options())
        ).unique()
    )


def close_past(needs: Iterable[Need], now: datetime) -> None:
    """A need whose last day lies well behind is closed."""
    for need in needs:
        if need.until is not None and datetime.combine(need.until, datetime.min.time(), now.tzinfo) < now - timedelta(
            days=2
        ):
            need.state = NeedState.CLOSED
