"""Who worked what: the demo's past and coming shifts, each given to somebody every rule allowed at that moment."""

import random
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert, select

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


class DemoStaffing:
    """Fills shifts in order of time. `now` divides what happened from what is planned."""

    def __init__(self, now: datetime, chance: random.Random) -> None:
        self.now, self.chance = now, chance
        self.compact = context(now).compact
        papers = agreements()
        self.people: dict[int, CoordinatorFacts] = {
            one.id: one for one in loading.coordinator_facts(at=now, papers=papers)
        }
        self._worked: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._offers: list[dict[str, object]] = []
        self.regulars: dict[tuple[int, str], int] = {}
        """Who usually does this work at this facility: (facility id, service line) → coordinator id."""

    def fill(self, shifts: Iterable[Shift], *, spare: Collection[int] = ()) -> list[Assignment]:
        """Book most seats of these shifts (loaded with `load_options()`). `spare` keeps people out."""
        shifts = sorted(shifts, key=lambda shift: (shift.starts_at, shift.id))
        made: list[Assignment] = []
        for shift, about in zip(shifts, facts_of_shifts(shifts), strict=True):
            seats = [self._seat(shift, about, seat, spare) for seat in range(1, shift.headcount + 1)]
            made += [assignment for assignment in seats if assignment is not None]
            if all(seats):
                shift.filled_at = max(assignment.booked_at for assignment in seats if assignment)
            if shift.ends_at <= self.now:
                shift.state = ShiftState.ENDED
        session.add_all(made)
        session.flush()
        return made

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
        able = [p for p in self.people.values() if p.id not in spare and eligible(p, about, context)]
        if not able:
            return None
        able.sort(key=lambda p: (-score(p, about, context).total - self.chance.randrange(160), p.id))
        regular = self.regulars.get((shift.facility_id, shift.service_line))
        if regular is not None and self.chance.random() < 0.8:
            able.sort(key=lambda p: p.id != regular)
        best = able[0]
        if len(able) > 1 and ahead < timedelta(0) and self.chance.random() < 0.03:
            self._gave_back(shift, about, context, best.id, seat, booked)
            best = able[1]
            booked += timedelta(hours=3)
        for asked in able[1:3]:
            self._offer(shift, asked.id, posted, booked, OfferState.SUPERSEDED)
        self._offer(shift, best.id, posted, booked, OfferState.ACCEPTED)
        return self._booked(shift, about, context, best.id, seat, booked)

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
