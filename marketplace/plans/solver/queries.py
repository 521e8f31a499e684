"""The rows a planning problem is built from: open shifts, bookings, pins and vetoes, offers and answers."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from marketplace.assignments.models import Assignment, Offer, OfferKind, load_options
from marketplace.assignments.rules import LIVE_STATES, WAITING_STATES, AssignmentState, OfferState
from marketplace.db import session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.kernel import Span
from marketplace.matching.acceptance import COUNTED_FOR, Answers
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState, ShiftState
from marketplace.plans.models import PlanConstraint
from marketplace.plans.solver.planning_problem import KeptPair


def open_shifts(at: datetime, horizon: Span) -> list[Shift]:
    """Scheduled shifts of open needs of active facilities, beginning within the horizon and not before `at`; by start."""
    return list(
        session.scalars(
            select(Shift)
            .join(Shift.need)
            .join(Shift.facility)
            .where(
                Facility.state == FacilityState.ACTIVE,
                Shift.state == ShiftState.SCHEDULED,
                Shift.starts_at >= max(horizon.start, at),
                Shift.starts_at < horizon.end,
                Need.state == NeedState.OPEN,
            )
            .options(*load_options())
            .order_by(Shift.starts_at, Shift.id)
        ).unique()
    )


def booked_pairs(horizon: Span) -> list[KeptPair]:
    """Live assignments that begin within the horizon."""
    rows = session.execute(
        select(Assignment.shift_id, Assignment.coordinator_id, Assignment.seat)
        .where(
            Assignment.state.in_(LIVE_STATES),
            Assignment.starts_at >= horizon.start,
            Assignment.starts_at < horizon.end,
        )
        .order_by(Assignment.starts_at, Assignment.id)
    )
    return [KeptPair(*row) for row in rows]


def active_constraints(horizon: Span) -> list[PlanConstraint]:
    """Pins and vetoes that hold, for shifts that begin within the horizon."""
    return list(
        session.scalars(
            select(PlanConstraint)
            .join(Shift, Shift.id == PlanConstraint.shift_id)
            .where(PlanConstraint.ended_at.is_(None), Shift.starts_at >= horizon.start, Shift.starts_at < horizon.end)
            .order_by(PlanConstraint.id)
        )
    )


class OfferStates(NamedTuple):
    """Sets of (shift id, coordinator id)."""

    waiting: set[tuple[int, int]]
    """An offer or application waits for an answer."""
    applied: set[tuple[int, int]]
    """Of these, the applications."""
    declined: set[tuple[int, int]]


def offer_states(horizon: Span, at: datetime) -> OfferStates:
    """The state of the last offer or application of each pair, where it waits for an answer or was declined."""
    rows = session.execute(
        select(Offer.shift_id, Offer.coordinator_id, Offer.state, Offer.expires_at, Offer.kind)
        .join(Shift, Shift.id == Offer.shift_id)
        .where(
            Offer.state.in_([*WAITING_STATES, OfferState.DECLINED]),
            Shift.starts_at >= horizon.start,
            Shift.starts_at < horizon.end,
        )
        .order_by(Offer.id)
    )
    found: dict[tuple[int, int], tuple[OfferState, OfferKind]] = {}
    for shift, coordinator, state, expires_at, kind in rows:
        if state is OfferState.DECLINED or expires_at > at:
            # An application that the facility did not choose is declined too.
            found[shift, coordinator] = state, kind
        elif kind is OfferKind.OFFER:
            found.pop((shift, coordinator), None)
    waiting = {pair for pair, (state, _kind) in found.items() if state in WAITING_STATES}
    return OfferStates(
        waiting,
        applied={pair for pair in waiting if found[pair][1] is OfferKind.APPLICATION},
        declined={pair for pair, (state, _kind) in found.items() if state is OfferState.DECLINED},
    )


def given_back(horizon: Span) -> set[tuple[int, int]]:
    """(shift, coordinator) where the coordinator cancelled, or did not come: they are not proposed for it again."""
    lost = Assignment.cancelled_by.is_not(None) | Assignment.state.in_(
        [AssignmentState.NO_SHOW, AssignmentState.UPHELD]
    )
    rows = session.execute(
        select(Assignment.shift_id, Assignment.coordinator_id).where(
            lost, Assignment.starts_at >= horizon.start, Assignment.starts_at < horizon.end
        )
    )
    return {(shift, coordinator) for shift, coordinator in rows}


def recent_answers(at: datetime) -> dict[int, Answers]:
    """Answers to offers by coordinator, within `COUNTED_FOR` before `at`. Refusals without an offer do not count."""
    rows = session.execute(
        select(
            Offer.coordinator_id,
            func.count().filter(Offer.state == OfferState.ACCEPTED),
            func.count(),
        )
        .where(
            Offer.kind == OfferKind.OFFER,
            Offer.state.in_([OfferState.ACCEPTED, OfferState.DECLINED]),
            Offer.answered_at >= at - COUNTED_FOR,
            Offer.answered_at <= at,
            Offer.expires_at > Offer.sent_at,
        )
        .group_by(Offer.coordinator_id)
    )
    return {coordinator: Answers(yes, all_of_them) for coordinator, yes, all_of_them in rows}
