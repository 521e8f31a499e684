"""A plan becomes true pair by pair, under the rules of the moment; twice is once; and for ten minutes it can be undone."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.assignments.models import Assignment, Offer, OfferKind
from marketplace.assignments.rules import AssignmentState, OfferState
from marketplace.booking import offers as offering
from marketplace.booking.booking import book
from marketplace.booking.undoing import undo
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import session
from marketplace.eligibility.assessment import assess
from marketplace.kernel import NotAllowedNow
from marketplace.needs.models import FillMode
from marketplace.plans import constraints
from marketplace.plans.publishing import pairs
from marketplace.plans.publishing.starting import publish, to_come
from marketplace.plans.publishing.undoing import undo_publication
from marketplace.plans.rules import PairState, PlanState
from tests.plans.planned import again, of_the_cast, plan_made, proposals, published, who_has
from tests.world import NOW

MONDAY = date(2026, 11, 30)


def offers():
    return session.scalars(select(Offer).order_by(Offer.id).execution_options(populate_existing=True)).all()


def test_offers_go_out_and_nobody_is_booked_who_has_not_said_yes(world):
    world.shift(day=MONDAY)
    world.shift(day=MONDAY + timedelta(days=1), mode=FillMode.FIRST_COME)
    plan = plan_made(world)
    assert to_come(plan.id) == (2, 0)
    pairs = published(world, plan)
    assert [pair.state for pair in pairs] == [PairState.OFFERED] * 2
    assert [offer.sent_by_id for offer in offers()] == [world.sam.id] * 2
    assert session.scalars(select(Assignment)).all() == []
    assert again(plan).state is PlanState.PUBLISHED


def test_whoever_has_applied_is_booked(world):
    shift = world.shift(day=MONDAY, mode=FillMode.CHOOSE)
    plan = plan_made(world)
    (who,) = who_has(plan, shift)
    person = of_the_cast(world, who)
    application = offering.apply(shift, person, person.person, NOW)
    plan = plan_made(world)
    assert who_has(plan, shift) == {who}
    assert to_come(plan.id) == (0, 1)
    (pair,) = published(world, plan)
    assert pair.state is PairState.BOOKED
    made = session.get_one(Assignment, pair.assignment_id)
    assert (made.coordinator_id, made.offer_id) == (who, application.id)
    assert made.verdicts


def test_publishing_twice_sends_nothing_twice(world):
    world.shift(day=MONDAY)
    plan = plan_made(world)
    published(world, plan)
    published(world, plan)
    assert len(offers()) == 1
    pairs.publish_pairs(plan.id, world.sam.id)
    assert len(offers()) == 1


def test_a_pair_that_no_longer_may_is_refused_with_the_reason_and_the_rest_goes_on(world):
    first, second = world.shift(day=MONDAY), world.shift(day=MONDAY + timedelta(days=1))
    plan = plan_made(world)
    (who,) = who_has(plan, first)
    if who_has(plan, second) == {who}:
        constraints.veto(second, of_the_cast(world, who), world.sam, NOW)
        plan = plan_made(world)
        (who,) = who_has(plan, first)
    for paper in session.scalars(
        select(Credential).where(Credential.coordinator_id == who, Credential.type == "hipaa-training")
    ):
        paper.state = CredentialState.REVOKED
    session.flush()
    pairs = {pair.shift_id: pair for pair in published(world, plan)}
    assert pairs[first.id].state is PairState.REFUSED
    assert "HIPAA" in pairs[first.id].reason
    assert pairs[second.id].state is PairState.OFFERED
    assert again(plan).state is PlanState.PUBLISHED


def test_without_the_rules_asked_again_that_offer_would_have_gone_out(world, monkeypatch):
    """The guard proves itself."""
    shift = world.shift(day=MONDAY)
    plan = plan_made(world)
    (who,) = who_has(plan, shift)
    for paper in session.scalars(
        select(Credential).where(Credential.coordinator_id == who, Credential.type == "hipaa-training")
    ):
        paper.state = CredentialState.REVOKED
    session.flush()

    def unjudged(shift, coordinator, by, at):
        offer = Offer(
            shift_id=shift.id,
            facility_id=shift.facility_id,
            coordinator_id=coordinator.id,
            sent_at=at,
            expires_at=shift.starts_at,
        )
        session.add(offer)
        session.flush()
        return offer

    monkeypatch.setattr(pairs, "send_offer", unjudged)
    (pair,) = published(world, plan)
    assert pair.state is PairState.OFFERED


def test_a_seat_that_was_taken_meanwhile_is_refused_and_can_be_published_again_later(world):
    shift = world.shift(day=MONDAY, mode=FillMode.FIRST_COME)
    plan = plan_made(world)
    other = next(
        one for one in (world.maya, world.jonas, world.aisha) if may(one, shift) and one.id not in who_has(plan, shift)
    )
    taken = book(shift, other, other.person, NOW)
    (pair,) = published(world, plan)
    assert (pair.state, pair.reason) == (PairState.REFUSED, "Every seat of this shift is taken.")
    undo(taken, other.person, NOW)
    (pair,) = published(world, plan)
    assert (pair.state, pair.reason) == (PairState.OFFERED, "")


def may(one, shift):
    return assess([one.id], shift, NOW)[0].eligible


def test_what_was_vetoed_or_declined_after_the_plan_is_not_sent(world):
    shift = world.shift(day=MONDAY)
    plan = plan_made(world)
    (who,) = who_has(plan, shift)
    constraints.veto(shift, of_the_cast(world, who), world.sam, NOW)
    (pair,) = published(world, plan)
    assert (pair.state, pair.reason) == (PairState.REFUSED, "This pair was vetoed after the plan was made.")


def test_who_was_asked_already_is_not_asked_twice(world):
    shift = world.shift(day=MONDAY)
    plan = plan_made(world)
    (who,) = who_has(plan, shift)
    one = of_the_cast(world, who)
    offering.send_offer(shift, one, world.rosa, NOW)
    (pair,) = published(world, plan)
    assert (pair.state, pair.offer_id) == (PairState.OFFERED, None)
    assert len(offers()) == 1


def test_within_ten_minutes_everything_unanswered_is_taken_back(world):
    world.shift(day=MONDAY)
    plan = plan_made(world)
    published(world, plan)
    assert undo_publication(again(plan), world.sam, NOW + timedelta(minutes=9)) == 1
    assert [offer.state for offer in offers()] == [OfferState.WITHDRAWN]
    assert proposals(plan)[0].state is PairState.PROPOSED


def test_what_was_accepted_meanwhile_stays(world):
    shift = world.shift(day=MONDAY)
    plan = plan_made(world)
    published(world, plan)
    (offer,) = offers()
    one = of_the_cast(world, offer.coordinator_id)
    book(shift, one, one.person, NOW, offer=offer)
    assert undo_publication(again(plan), world.sam, NOW + timedelta(minutes=1)) == 0
    assert session.scalars(select(Assignment)).one().state is AssignmentState.BOOKED


def test_after_ten_minutes_it_stands(world):
    world.shift(day=MONDAY)
    plan = plan_made(world)
    published(world, plan)
    with pytest.raises(NotAllowedNow, match="time to undo this is over"):
        undo_publication(again(plan), world.sam, NOW + timedelta(minutes=10))


def test_a_plan_that_was_replaced_is_not_published(world):
    world.shift(day=MONDAY)
    old = plan_made(world)
    plan_made(world)
    with pytest.raises(NotAllowedNow, match="superseded cannot be published"):
        publish(again(old), world.sam, NOW)


def test_a_newer_plan_stops_the_publishing_of_the_old_one(world):
    world.shift(day=MONDAY)
    plan = plan_made(world)
    publish(again(plan), world.sam, NOW)
    again(plan).state = PlanState.SUPERSEDED
    session.commit()
    pairs.publish_pairs(plan.id, world.sam.id)
    assert offers() == []


def test_an_offer_from_a_plan_reads_like_any_other(world, client):
    world.shift(day=MONDAY)
    published(world, plan_made(world))
    (offer,) = offers()
    assert offer.kind is OfferKind.OFFER
    one = of_the_cast(world, offer.coordinator_id)
    page = client.sign_in(one.person).get("/offers")
    assert page.sees("Offered to you")
    assert " plan" not in page.text
