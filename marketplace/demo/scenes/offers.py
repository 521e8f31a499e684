"""Offers: a round that waits for answers, and for single shifts one declined, one withdrawn, one run out, one choice undone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer, load_options
from marketplace.assignments.rules import LIVE_STATES
from marketplace.booking import offers as offering
from marketplace.booking.booking import accept
from marketplace.booking.tasks import expire_offers
from marketplace.booking.undoing import undo
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.demo.asking import post_single, rounded
from marketplace.demo.staffing import shifts_of
from marketplace.demo.who import person
from marketplace.facilities.models import Facility
from marketplace.kernel import NotAllowedNow, clock
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.rules import NeedState, ShiftState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINE = "medical-reception"


def unfilled_soon(facility: Facility, poster: Person, line: str, now: datetime) -> None:
    """One that nobody has taken yet, tomorrow."""
    starts = rounded(now + 26 * HOUR)
    post_single(facility, poster, line, (starts, starts + 6 * HOUR), now - 7 * HOUR, mode=FillMode.FIRST_COME)


def round_of_offers(
    shifts: Sequence[Shift], shown: Coordinator, posters: dict[int, Person], now: datetime
) -> None:  # fmt: skip
    """Offers for open shifts: to the best, and up to six to the coordinator the demo shows."""
    told = 0
    for number, shift in enumerate(shifts):
        poster = posters[shift.facility_id]
        at = now - timedelta(minutes=20 + 13 * number % 400)
        with clock.frozen_at(at):
            if told < 6 and shift.service_line in shown.service_lines:
                try:
                    with session.begin_nested():
                        offering.send_offers(shift, [shown.id], poster, at)
                    told += 1
                except NotAllowedNow:
                    pass
            if number % 2 == 0 and number < 24:
                offering.send_to_best(shift, 2, poster, at)


def open_shifts(now: datetime) -> list[Shift]:
    """Coming shifts of open needs with a free seat that are not open to all, soonest first."""
    taken = select(Assignment.id).where(Assignment.shift_id == Shift.id, Assignment.state.in_(LIVE_STATES)).exists()
    return list(
        session.scalars(
            select(Shift)
            .join(Shift.need)
            .where(
                Need.state == NeedState.OPEN,
                Shift.state == ShiftState.SCHEDULED,
                Shift.starts_at > now + 3 * HOUR,
                ~taken,
                ~Shift.open_to_all,
            )
            .options(*load_options())
            .order_by(Shift.starts_at, Shift.id)
        ).unique()
    )


def answered(facility: Facility, owner: Person, now: datetime) -> None:
    """Of the offers for one shift one is declined, one is withdrawn and one runs out; a choice is undone at once."""
    _ran_out(facility, owner, now)
    at = now - 6 * HOUR
    with clock.frozen_at(at):
        shift = _shift(facility, owner, now + 4 * DAY, at)
        sent = offering.send_to_best(shift, 4, owner, at)
        session.flush()
    declined, withdrawn, undone, *_ = _with_people(sent)
    with clock.frozen_at(at + HOUR):
        offering.decline(declined, declined.coordinator.person, at + HOUR, "Too early for me.")
        offering.withdraw(withdrawn, owner, at + HOUR)
        assert undone.shift is shift
        made = accept(undone, undone.coordinator.person, at + HOUR)
        session.flush()
    with clock.frozen_at(at + HOUR + timedelta(minutes=2)):
        undo(made, undone.coordinator.person, at + HOUR + timedelta(minutes=2))
    applied(facility, owner, now + 6 * DAY, now - 5 * HOUR)


def _ran_out(facility: Facility, owner: Person, now: datetime) -> None:
    at = now - 3 * DAY
    with clock.frozen_at(at):
        offering.send_to_best(_shift(facility, owner, now + 5 * DAY, at), 2, owner, at)
        session.flush()
    with clock.frozen_at(at + 30 * HOUR):
        expire_offers()


def applied(facility: Facility, owner: Person, day: datetime, at: datetime) -> Shift:
    """Post a shift for which the facility chooses; two coordinators offer themselves. The shift."""
    with clock.frozen_at(at):
        shift = _shift(facility, owner, day, at, FillMode.CHOOSE)
        for offer in _with_people(offering.send_to_best(shift, 2, owner, at)):
            offering.withdraw(offer, owner, at)
            session.flush()
            offering.apply(shift, offer.coordinator, offer.coordinator.person, at)
        session.flush()
    return shift


def _with_people(offers: list[Offer]) -> list[Offer]:
    for offer in offers:
        person(offer.coordinator.person.email)
    return offers


def _shift(
    facility: Facility, owner: Person, day: datetime, posted: datetime, mode: FillMode = FillMode.OFFER
) -> Shift:
    starts = day.replace(hour=16, minute=0)
    [shift] = shifts_of(post_single(facility, owner, LINE, (starts, starts + 4 * HOUR), posted, mode=mode))
    return shift
