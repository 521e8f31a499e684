"""The assignments, offers and shifts that a person sees, and those on the first page of a coordinator."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, undefer_group

from marketplace.accounts.models import Person
from marketplace.assignments.models import PROOF, Assignment, Offer, Reassignment, load_options
from marketplace.assignments.rules import (
    ANSWERABLE_BY_COORDINATOR,
    LIVE_STATES,
    MAY_BE_LEFT,
    OPEN_REASSIGNMENTS,
    WAITING_STATES,
    WORKING_STATES,
    AssignmentState,
    OfferState,
    ReassignmentState,
)
from marketplace.coordinators.models import Coordinator
from marketplace.db import Audience, as_system, seen_by, session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.queries import shifts_visible_to as shifts_of_needs_visible_to
from marketplace.needs.rules import NeedState, ShiftState

MOST_OPEN_SHIFTS = 400
"""How many open shifts one coordinator is ranked against at most: those that begin soonest."""


def taken_seats() -> ScalarSelect[int]:
    """The number of taken seats of a shift, for a statement about `Shift`: its live bookings."""
    return (
        select(func.count())
        .where(Assignment.shift_id == Shift.id, Assignment.state.in_(LIVE_STATES))
        .correlate(Shift)
        .scalar_subquery()
    )


def visible_to(person: Person) -> Select[Assignment]:
    """A coordinator's own bookings, a facility's, for the agency all; with shift, need, line, facility and coordinator."""
    found = select(Assignment).options(
        joinedload(Assignment.shift).options(*load_options()),
        joinedload(Assignment.coordinator).joinedload(Coordinator.person),
        joinedload(Assignment.facility),
        joinedload(Assignment.offer),
    )
    return seen_by(person, found, facility=Assignment.facility_id, coordinator=Assignment.coordinator_id)


def with_proof(assignments: Select[Assignment]) -> Select[Assignment]:
    """With the verdicts, facts and score that were kept at the booking."""
    return assignments.options(undefer_group(PROOF))


def offers_visible_to(person: Person) -> Select[Offer]:
    """Offers and applications by the same measure; with shift and coordinator."""
    found = select(Offer).options(
        joinedload(Offer.shift).options(*load_options()),
        joinedload(Offer.coordinator).joinedload(Coordinator.person),
    )
    return seen_by(person, found, facility=Offer.facility_id, coordinator=Offer.coordinator_id)


def shifts_visible_to(person: Person) -> Select[Shift]:
    """The shifts whose needs a person sees, with their terms. What is still a draft is nobody's but the facility's.

    A coordinator sees the shifts anybody may take or apply for, and those they were offered, asked about or booked on.
    """
    shifts = shifts_of_needs_visible_to(person).options(*load_options())
    if person.audience is Audience.COORDINATOR:
        posted = Need.state.not_in([NeedState.DRAFT, NeedState.PENDING_APPROVAL])
        for_anybody = select(Need.id).where(posted, Need.mode != FillMode.OFFER)
        offered = select(Offer.shift_id).where(Offer.coordinator_id == person.coordinator_id)
        booked = select(Assignment.shift_id).where(Assignment.coordinator_id == person.coordinator_id)
        asked = select(Reassignment.shift_id).where(
            Reassignment.coordinator_id == person.coordinator_id, Reassignment.state != ReassignmentState.PLANNED
        )
        shifts = shifts.where(
            or_(
                Shift.need_id.in_(for_anybody),
                and_(Shift.open_to_all, Shift.need_id.in_(select(Need.id).where(posted))),
                Shift.id.in_(offered),
                Shift.id.in_(booked),
                Shift.id.in_(asked),
            )
        )
    return shifts


def reassignments_visible_to(person: Person) -> Select[Reassignment]:
    """The questions to move that a coordinator was asked; all of them for the agency, none for facilities."""
    found = select(Reassignment).options(*_both_shifts())
    asked = Reassignment.state != ReassignmentState.PLANNED
    return seen_by(person, found, coordinator=Reassignment.coordinator_id, coordinator_if=[asked])


def _both_shifts() -> tuple[Any, ...]:
    return (
        joinedload(Reassignment.shift).options(*load_options()),
        joinedload(Reassignment.assignment).joinedload(Assignment.shift).options(*load_options()),
        joinedload(Reassignment.coordinator).joinedload(Coordinator.person),
    )


def reassignments_asked(coordinator_id: int, at: datetime) -> list[Reassignment]:
    """The questions a coordinator may still answer, the soonest to expire first.

    One statement, read past the coordinator's own rows because the seats of others count.
    """
    with as_system():
        return list(
            session.scalars(
                select(Reassignment)
                .where(
                    Reassignment.coordinator_id == coordinator_id,
                    Reassignment.state.in_(ANSWERABLE_BY_COORDINATOR),
                    Reassignment.expires_at > at,
                    reassignment_stands(),
                )
                .order_by(Reassignment.expires_at, Reassignment.id)
                .options(*_both_shifts())
            )
        )


def moves_to_fill(shift_id: int) -> list[Reassignment]:
    """Everybody who is or was asked to move so that this shift is filled, the latest first; chain by chain from the seat on."""
    first = aliased(Reassignment)
    return list(
        session.scalars(
            select(Reassignment)
            .outerjoin(first, first.id == Reassignment.after_id)
            .where(func.coalesce(first.shift_id, Reassignment.shift_id) == shift_id)
            .order_by(
                func.coalesce(first.id, Reassignment.id).desc(), Reassignment.after_id.is_not(None), Reassignment.id
            )
            .options(*_both_shifts(), joinedload(Reassignment.free).joinedload(Coordinator.person))
        )
    )


def reassignment_stands() -> ColumnElement[bool]:
    """Whether a question still makes sense: its booking can be given up, and the last seat of the chain is free."""
    first = aliased(Reassignment)
    through = (
        exists()
        .where(
            first.id == Reassignment.after_id, first.state.in_(OPEN_REASSIGNMENTS), _may_give_up(first), _is_free(first)
        )
        .correlate(Reassignment)
    )
    return and_(_may_give_up(Reassignment), or_(and_(Reassignment.after_id.is_(None), _is_free(Reassignment)), through))


def _may_give_up(move: Any) -> ColumnElement[bool]:
    return exists().where(Assignment.id == move.assignment_id, Assignment.state.in_(MAY_BE_LEFT)).correlate(move)


def _is_free(move: Any) -> ColumnElement[bool]:
    live = taken_seats()
    return (
        exists()
        .where(
            Shift.id == move.shift_id,
            Shift.state == ShiftState.SCHEDULED,
            Need.id == Shift.need_id,
            Need.state == NeedState.OPEN,
            live < Shift.headcount,
        )
        .correlate(move)
    )


def open_to(coordinator_id: int, at: datetime, *, shift_id: int | None = None) -> list[tuple[Shift, Offer | None]]:
    """The shifts a coordinator may be interested in, each with the offer that awaits their answer, in order of time.

    These are the shifts they were offered, and those in one of their service lines with a free seat that are open to everyone
    who qualifies or to applications, unless they said "not for me". Matching judges whether they may take them. One
    statement, read past the coordinator's own rows because the seats of others count.
    """
    live = taken_seats()
    declined = (
        exists()
        .where(Offer.shift_id == Shift.id, Offer.coordinator_id == coordinator_id, Offer.state == OfferState.DECLINED)
        .correlate(Shift)
    )
    booked = exists().where(
        Assignment.shift_id == Shift.id,
        Assignment.coordinator_id == coordinator_id,
        Assignment.state.in_(LIVE_STATES),
    )
    lines = select(func.unnest(Coordinator.service_lines)).where(Coordinator.id == coordinator_id)
    waiting = and_(
        Offer.shift_id == Shift.id,
        Offer.coordinator_id == coordinator_id,
        Offer.state.in_(WAITING_STATES),
        Offer.expires_at > at,
    )
    anybody = and_(or_(Shift.open_to_all, Need.mode == FillMode.CHOOSE), Shift.service_line.in_(lines), ~declined)
    found = (
        select(Shift, Offer)
        .join(Shift.need)
        .join(Shift.facility)
        .outerjoin(Offer, waiting)
        .options(*load_options())
        .where(
            Facility.state == FacilityState.ACTIVE,
            Shift.state == ShiftState.SCHEDULED,
            Shift.ends_at > at,
            Need.state == NeedState.OPEN,
            live < Shift.headcount,
            or_(Offer.id.is_not(None), and_(anybody, Shift.starts_at > at)),
            ~booked,
        )
        # Offers first, so that the limit never cuts one off.
        .order_by(Offer.id.is_(None), Shift.starts_at, Shift.id)
        .limit(MOST_OPEN_SHIFTS)
    )
    if shift_id is not None:
        found = found.where(Shift.id == shift_id)
    with as_system():
        rows = session.execute(found).all()
    return sorted(((shift, offer) for shift, offer in rows), key=lambda row: (row[0].starts_at, row[0].id))


def next_of(coordinator_id: int, at: datetime) -> Assignment | None:
    """The booking a coordinator is clocked in to, else the one that runs or comes next; not one they have clocked out of."""
    working = Assignment.state.in_(WORKING_STATES)
    waiting = Assignment.state.in_((AssignmentState.BOOKED, AssignmentState.CONFIRMED)) & (Assignment.ends_at > at)
    return session.scalars(
        select(Assignment)
        .where(Assignment.coordinator_id == coordinator_id, working | waiting)
        .order_by(working.desc(), Assignment.starts_at, Assignment.id)
        .limit(1)
        .options(joinedload(Assignment.shift).joinedload(Shift.line), joinedload(Assignment.facility))
    ).one_or_none()


def staffing(shift: Shift) -> tuple[Sequence[Assignment], Sequence[Offer]]:
    """Everything that was ever booked or offered on a shift, the latest first; with coordinators. Two statements."""
    person = joinedload(Assignment.coordinator).joinedload(Coordinator.person)
    booked = session.scalars(
        select(Assignment).where(Assignment.shift_id == shift.id).order_by(Assignment.id.desc()).options(person)
    ).all()
    offered = session.scalars(
        select(Offer)
        .where(Offer.shift_id == shift.id)
        .order_by(Offer.id.desc())
        .options(joinedload(Offer.coordinator).joinedload(Coordinator.person))
    ).all()
    return booked, offered


def live_of(coordinator_id: int, shift: Shift) -> Assignment | None:
    """The live booking of a coordinator on a shift, if there is one."""
    return session.scalars(
        select(Assignment).where(
            Assignment.shift_id == shift.id,
            Assignment.coordinator_id == coordinator_id,
            Assignment.state.in_(LIVE_STATES),
        )
    ).one_or_none()
