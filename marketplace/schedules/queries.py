"""The shifts of a week as a facility, the agency or a coordinator sees them."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import LIVE_STATES, WAITING_STATES
from marketplace.catalogue.models import ServiceLine
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import Span
from marketplace.needs.models import Need, Shift
from marketplace.needs.queries import shifts_visible_to
from marketplace.needs.rules import ShiftState

RECENTLY = timedelta(days=90)
MOST_SHIFTS = 1_000


def shifts_of_week(person: Person, monday: date, facility_id: int | None = None) -> list[Shift]:
    """The shifts that begin in the week, on the wall of their own site, in order; without cancelled ones."""
    sunday = monday + timedelta(days=6)
    shifts = (
        shifts_visible_to(person)
        .where(
            Shift.local_day.between(monday, sunday),
            # The index is on instants: a day of room on either side holds every zone.
            Shift.starts_at.between(
                datetime.combine(monday - timedelta(days=1), time(), UTC),
                datetime.combine(sunday + timedelta(days=2), time(), UTC),
            ),
            Shift.state != ShiftState.CANCELLED,
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(MOST_SHIFTS)
        .options(joinedload(Shift.line), joinedload(Shift.facility), joinedload(Shift.need))
    )
    if facility_id is not None:
        shifts = shifts.where(Shift.facility_id == facility_id)
    return list(session.scalars(shifts))


def lines_in_use(facility_id: int, at: datetime) -> list[ServiceLine]:
    """The kinds of work a facility has posted lately: the rows of its week, also where nothing is planned yet."""
    lately = select(Need.service_line).where(Need.facility_id == facility_id, Need.posted_at >= at - RECENTLY)
    return list(
        session.scalars(
            select(ServiceLine).where(ServiceLine.active, ServiceLine.code.in_(lately)).order_by(ServiceLine.position)
        )
    )


def facilities_seen() -> list[Facility]:
    """Every facility by name, for the agency."""
    return list(session.scalars(select(Facility).order_by(Facility.name)))


def facility_named(facility_id: int) -> Facility | None:
    """The facility, or None when this person may not see it."""
    return session.get(Facility, facility_id)


def own_week(coordinator_id: int, span: Span) -> list[Assignment]:
    """A coordinator's live shifts that touch the span, in order of time."""
    return list(
        session.scalars(
            select(Assignment)
            .where(
                Assignment.coordinator_id == coordinator_id,
                Assignment.state.in_(LIVE_STATES),
                Assignment.starts_at < span.end,
                Assignment.ends_at > span.start,
            )
            .order_by(Assignment.starts_at)
            .options(
                joinedload(Assignment.shift).joinedload(Shift.line),
                joinedload(Assignment.shift).joinedload(Shift.facility),
            )
        )
    )


def own_offers(coordinator_id: int, span: Span, at: datetime) -> list[Offer]:
    """The offers in the span that await a coordinator's answer."""
    return list(
        session.scalars(
            select(Offer)
            .join(Offer.shift)
            .where(
                Offer.coordinator_id == coordinator_id,
                Offer.state.in_(WAITING_STATES),
                Offer.expires_at > at,
                Shift.starts_at < span.end,
                Shift.ends_at > span.start,
            )
            .order_by(Shift.starts_at)
            .options(joinedload(Offer.shift).joinedload(Shift.line), joinedload(Offer.shift).joinedload(Shift.facility))
        )
    )
