"""Making a plan true: each proposal becomes an offer, or a booking where she has applied, under all the rules of the moment.

Nobody is booked who has not said yes. In a need that chooses among applications, the application of the one proposed is
accepted, which books her; everybody else proposed is offered the shift, also where it is open to the first who comes. Each
pair is a transaction of its own, judged again behind its locks; what is refused is listed with its reason, the rest goes on.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Person
from marketplace.assignments.models import Assignment, Offer, OfferKind, load_options
from marketplace.assignments.rules import LIFE as BOOKING_LIFE
from marketplace.assignments.rules import WAITING_STATES, OfferState
from marketplace.audit.recording import record
from marketplace.booking.booking import book
from marketplace.booking.offers import send_offer, withdraw
from marketplace.booking.undoing import undo
from marketplace.coordinators.models import Coordinator
from marketplace.db import enqueue, session
from marketplace.kernel import ENGLISH, NotAllowedNow, Phrase, Refusal, now
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.plans.models import MatchPlan, PlanConstraint, PlanPair
from marketplace.plans.rules import LIFE, PAIR_LIFE, TO_PUBLISH, UNDO_MINUTES, ConstraintKind, PairState, PlanState

log = structlog.get_logger()


def publish(plan: MatchPlan, by: Person, at: datetime) -> None:
    """Have everything sent that is not out yet. NotAllowedNow for a plan that is no longer the present one."""
    plan.state = LIFE.after(plan.state, "publish")
    plan.published_by_id, plan.published_at = by.id, at
    record("publish", plan, Phrase("The matching plan was published."), by=by)
    session.flush()
    enqueue("plans.publish_plan", queue="plans", lock="plans.publish_plan", plan_id=plan.id, person_id=by.id)


def to_come(plan_id: int) -> tuple[int, int]:
    """How many offers and how many bookings publishing would make. One statement."""
    applied = (
        select(Offer.id)
        .where(
            Offer.shift_id == PlanPair.shift_id,
            Offer.coordinator_id == PlanPair.coordinator_id,
            Offer.kind == OfferKind.APPLICATION,
            Offer.state.in_(WAITING_STATES),
        )
        .exists()
    )
    asked = (
        select(Offer.id)
        .where(
            Offer.shift_id == PlanPair.shift_id,
            Offer.coordinator_id == PlanPair.coordinator_id,
            Offer.kind == OfferKind.OFFER,
            Offer.state.in_(WAITING_STATES),
        )
        .exists()
    )
    books = applied & (Need.mode == FillMode.CHOOSE)
    row = session.execute(
        select(func.count().filter(~books & ~asked), func.count().filter(books))
        .select_from(PlanPair)
        .join(Shift, Shift.id == PlanPair.shift_id)
        .join(Need, Need.id == Shift.need_id)
        .where(PlanPair.plan_id == plan_id, ~PlanPair.kept, PlanPair.state.in_(TO_PUBLISH))
    ).one()
    return int(row[0]), int(row[1])


# ---- in the worker ----------------------------------------------------------------------------------------------


def publish_pairs(plan_id: int, person_id: int) -> None:
    """Pair by pair, the soonest shift first; done twice, the second time finds nothing left. Commits after each."""
    by = _person(person_id)
    for pair_id in _waiting(plan_id):
        if _state(plan_id) is not PlanState.PUBLISHING:
            session.rollback()
            return
        try:
            _publish_one(pair_id, by, now())
            session.commit()
        except DBAPIError:
            # Somebody else holds the shift or the person longer than we wait: it can be published once more.
            session.rollback()
            log.exception("a proposal could not be published", pair=pair_id)
            _refuse(pair_id, Phrase("The shift or the person was being changed at that moment. Publish once more."))
            session.commit()
    plan = session.scalars(
        select(MatchPlan).where(MatchPlan.id == plan_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if LIFE.allows(plan.state, "complete"):
        plan.state = LIFE.after(plan.state, "complete")
    session.commit()


def _waiting(plan_id: int) -> Collection[int]:
    found = session.scalars(
        select(PlanPair.id)
        .join(Shift, Shift.id == PlanPair.shift_id)
        .where(PlanPair.plan_id == plan_id, ~PlanPair.kept, PlanPair.state.in_(TO_PUBLISH))
        .order_by(Shift.starts_at, PlanPair.id)
    ).all()
    return list(found)


def _state(plan_id: int) -> PlanState | None:
    return session.scalar(select(MatchPlan.state).where(MatchPlan.id == plan_id))


def _person(person_id: int) -> Person:
    """Who published, acting as the agency."""
    return session.scalars(
        select(Person)
        .where(Person.id == person_id)
        .options(joinedload(Person.memberships).joinedload(Membership.organisation))
    ).unique().one()  # fmt: skip


def _publish_one(pair_id: int, by: Person, at: datetime) -> None:
    """Offer or book; a refusal is written to the pair."""
    pair = session.scalars(
        select(PlanPair).where(PlanPair.id == pair_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if pair.state not in TO_PUBLISH:
        return
    try:
        with session.begin_nested():
            _offer_or_book(pair, by, at)
            session.flush()
    except Refusal as refusal:
        pair.state, pair.reason = PAIR_LIFE.after(pair.state, "refuse"), str(refusal)[:500]
        pair.reason_phrase = refusal.phrase.as_record()
    else:
        pair.reason, pair.reason_phrase = "", None


def _refuse(pair_id: int, why: Phrase) -> None:
    pair = session.get_one(PlanPair, pair_id, populate_existing=True)
    pair.state, pair.reason = PAIR_LIFE.after(pair.state, "refuse"), why.read(ENGLISH)
    pair.reason_phrase = why.as_record()


def _offer_or_book(pair: PlanPair, by: Person, at: datetime) -> None:
    shift = session.scalars(select(Shift).where(Shift.id == pair.shift_id).options(*load_options())).one()
    coordinator = session.scalars(
        select(Coordinator).where(Coordinator.id == pair.coordinator_id).options(joinedload(Coordinator.person))
    ).one()
    _check_still_wanted(pair)
    waiting = session.scalars(
        select(Offer)
        .where(
            Offer.shift_id == shift.id,
            Offer.coordinator_id == coordinator.id,
            Offer.state.in_(WAITING_STATES),
            Offer.expires_at > at,
        )
        .order_by(Offer.id.desc())
        .limit(1)
    ).first()
    if waiting is not None and waiting.kind is OfferKind.APPLICATION and shift.need.mode is FillMode.CHOOSE:
        made = book(shift, coordinator, by, at, offer=waiting)
        pair.state, pair.assignment_id = PAIR_LIFE.after(pair.state, "book"), made.id
        return
    # Who is asked already need not be asked twice; that offer was not ours to take back later.
    if waiting is None:
        pair.offer_id = send_offer(shift, coordinator, by, at).id
    pair.state = PAIR_LIFE.after(pair.state, "offer")


def _check_still_wanted(pair: PlanPair) -> None:
    """Neither forbidden nor declined since the plan was made."""
    forbidden = select(PlanConstraint.id).where(
        PlanConstraint.shift_id == pair.shift_id,
        PlanConstraint.coordinator_id == pair.coordinator_id,
        PlanConstraint.kind == ConstraintKind.VETO,
        PlanConstraint.ended_at.is_(None),
    )
    if session.scalar(forbidden.limit(1)) is not None:
        raise NotAllowedNow("This pair was forbidden after the plan was made.")
    declined = select(Offer.id).where(
        Offer.shift_id == pair.shift_id,
        Offer.coordinator_id == pair.coordinator_id,
        Offer.state == OfferState.DECLINED,
    )
    if session.scalar(declined.limit(1)) is not None:
        raise NotAllowedNow("This shift was declined already.")


# ---- taking it back ---------------------------------------------------------------------------------------------


def may_take_back(plan: MatchPlan, at: datetime) -> bool:
    """Within ten minutes of publishing."""
    return (
        plan.state is PlanState.PUBLISHED
        and plan.published_at is not None
        and at < plan.published_at + timedelta(minutes=UNDO_MINUTES)
    )


def take_back(plan: MatchPlan, by: Person, at: datetime) -> int:
    """Withdraw what was sent and is not answered, undo what was booked; how many pairs are proposals again.

    NotAllowedNow when the minutes are over. What was accepted meanwhile stays.
    """
    if not may_take_back(plan, at):
        raise NotAllowedNow("The time to take this back is over. Single offers can still be withdrawn on their shifts.")
    pairs = session.scalars(
        select(PlanPair)
        .where(PlanPair.plan_id == plan.id, PlanPair.state.in_([PairState.OFFERED, PairState.BOOKED]))
        .order_by(PlanPair.id)
        .with_for_update()
    ).all()
    done = 0
    for pair in pairs:
        try:
            with session.begin_nested():
                if not _take_back_one(pair, by, at):
                    continue
                pair.state, pair.offer_id, pair.assignment_id = PAIR_LIFE.after(pair.state, "undo"), None, None
        except Refusal:
            continue
        done += 1
    record(
        "take back",
        plan,
        Phrase("%(done)s proposals of the published matching plan were taken back.", done=done),
        by=by,
    )
    return done


def _take_back_one(pair: PlanPair, by: Person, at: datetime) -> bool:
    if pair.offer_id is not None:
        offer = session.get_one(Offer, pair.offer_id)
        if not offer.waits(at):
            return False
        withdraw(offer, by, at)
        return True
    if pair.assignment_id is not None:
        made = session.scalars(
            select(Assignment)
            .where(Assignment.id == pair.assignment_id)
            .options(joinedload(Assignment.coordinator).joinedload(Coordinator.person))
        ).one()
        if not BOOKING_LIFE.allows(made.state, "undo"):
            return False
        undo(made, by, at)
        return True
    return False
