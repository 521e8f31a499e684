"""Giving a shift back costs what the contract says, pays by itself, and asks the next best."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from marketplace.assignments.models import Assignment, CancelledBy, Offer
from marketplace.assignments.rules import AssignmentState, OfferState, offer_expiry
from marketplace.audit.models import AuditEntry
from marketplace.booking import cancelling, offers
from marketplace.booking.booking import book
from marketplace.booking.no_shows import excuse, mark_no_show, uphold
from marketplace.db import session
from marketplace.kernel import ChangedMeanwhile, Hook, Invalid, NotAllowedNow
from marketplace.ledger.models import LedgerPosting
from marketplace.needs.models import FillMode
from marketplace.needs.rules import NeedState, ShiftState
from marketplace.timesheets.models import TimeSegment
from tests.books import broken_invariants
from tests.world import NOW

SIDE = CancelledBy


def booked(world, shift, who="maya"):
    return book(shift, getattr(world, who), world.tom, NOW)


def in_hours(world, hours, **more):
    """A shift that begins so many hours from now (24 November, 9:00 in Chicago)."""
    start = NOW + timedelta(hours=hours)
    local = start - timedelta(hours=6)
    return world.shift(day=local.date(), start=local.time(), end=(local + timedelta(hours=4)).time(), **more)


@pytest.mark.parametrize(("hours", "points"), [(73, 0), (72, -25), (24, -25), (23, -55), (4, -55), (3, -85)])
def test_a_coordinator_loses_points_by_notice_and_the_facility_owes_nothing(world, hours, points):
    made = booked(world, in_hours(world, hours))
    means = cancelling.cancel(made, world.maya.person, NOW, SIDE.COORDINATOR)
    assert (means.points, means.fee.minutes, made.points) == (points, 0, points)
    assert session.scalar(select(func.count()).select_from(TimeSegment)) == 0


@pytest.mark.parametrize(("hours", "minutes"), [(24, 0), (23, 120), (1, 120)])
def test_a_facility_pays_two_hours_for_less_than_a_day_of_notice(world, hours, minutes):
    made = booked(world, in_hours(world, hours))
    means = cancelling.cancel(made, world.tom, NOW, SIDE.FACILITY)
    assert (means.fee.minutes, means.points) == (minutes, 0)
    segments = session.scalars(select(TimeSegment)).all()
    assert [(s.kind, s.minutes, s.bill_cents, s.pay_cents) for s in segments] == (
        [("cancellation", 120, 7800, 5800)] if minutes else []
    )
    assert session.scalar(select(func.count()).select_from(LedgerPosting)) == (2 if minutes else 0)
    assert broken_invariants() == []


def test_the_contract_the_shift_was_booked_under_decides(world):
    world.contract(world.harbor).cancellation = {"facility_free_notice": 48 * 60, "late_minutes": 240}
    session.flush()
    made = booked(world, in_hours(world, 30))
    assert cancelling.cancel(made, world.tom, NOW, SIDE.FACILITY).fee.minutes == 240


def test_the_agency_cancels_at_nobodys_cost(world):
    made = booked(world, in_hours(world, 1))
    means = cancelling.cancel(made, world.sam, NOW, SIDE.AGENCY)
    assert (means.fee.bill_cents, means.points) == (0, 0)


def test_a_cost_that_nobody_books_fails_the_cancellation(world, monkeypatch):
    monkeypatch.setattr(cancelling, "on_fee_due", Hook("on_fee_due"))
    made = booked(world, in_hours(world, 1))
    with pytest.raises(LookupError, match="Nothing is wired to on_fee_due"):
        cancelling.cancel(made, world.tom, NOW, SIDE.FACILITY)


def test_the_next_best_three_are_asked_when_the_coordinator_cancels(world):
    shift = in_hours(world, 30, headcount=1)
    made = booked(world, shift)
    cancelling.cancel(made, world.maya.person, NOW, SIDE.COORDINATOR, "The flu")
    asked = session.scalars(select(Offer).where(Offer.shift_id == shift.id)).all()
    assert 0 < len(asked) <= 3
    assert all(offer.state is OfferState.SENT for offer in asked)
    assert world.maya.id not in {offer.coordinator_id for offer in asked}
    assert shift.filled_at is None


@pytest.mark.parametrize(
    "more", [{"mode": FillMode.FIRST_COME}, {"mode": FillMode.CHOOSE}], ids=["first come", "applications"]
)
def test_nobody_is_asked_where_people_come_by_themselves(world, more):
    shift = in_hours(world, 30, **more)
    cancelling.cancel(booked(world, shift), world.maya.person, NOW, SIDE.COORDINATOR)
    assert session.scalar(select(func.count()).select_from(Offer)) == 0


def test_nobody_is_asked_when_the_facility_gave_the_seat_up_or_the_need_is_on_hold(world):
    cancelling.cancel(booked(world, in_hours(world, 30)), world.tom, NOW, SIDE.FACILITY)
    shift = in_hours(world, 54)
    made = booked(world, shift)
    shift.need.state = NeedState.ON_HOLD
    session.flush()
    cancelling.cancel(made, world.maya.person, NOW, SIDE.COORDINATOR)
    assert session.scalar(select(func.count()).select_from(Offer)) == 0


def test_a_cancelled_seat_is_free_again_and_can_be_booked(world):
    shift = in_hours(world, 25)
    cancelling.cancel(booked(world, shift), world.maya.person, NOW, SIDE.COORDINATOR)
    assert booked(world, shift, "jonas").seat == 1


def test_what_is_over_or_given_back_cannot_be_cancelled(world):
    made = booked(world, in_hours(world, 30))
    cancelling.cancel(made, world.tom, NOW, SIDE.FACILITY)
    with pytest.raises(NotAllowedNow, match="that is canceled cannot be canceled"):
        cancelling.cancel(made, world.tom, NOW, SIDE.FACILITY)
    made = booked(world, in_hours(world, 50))
    made.state = AssignmentState.CHECKED_IN
    session.flush()
    with pytest.raises(NotAllowedNow, match="that is checked in cannot be canceled"):
        cancelling.cancel(made, world.tom, NOW, SIDE.FACILITY)


def test_another_cost_than_was_shown_changes_nothing(world):
    made = booked(world, in_hours(world, 1))
    with pytest.raises(ChangedMeanwhile):
        cancelling.cancel(made, world.tom, NOW, SIDE.FACILITY, expected=(0, 0))
    assert made.state is AssignmentState.BOOKED


def test_a_reason_may_not_name_a_patient(world):
    made = booked(world, in_hours(world, 30))
    with pytest.raises(Invalid):
        cancelling.cancel(made, world.tom, NOW, SIDE.FACILITY, "MRN 4471123 moved to hospice")
    assert made.state is AssignmentState.BOOKED


def test_a_whole_need_ends_with_the_sum_shown_and_what_has_begun_stays(world):
    shift = in_hours(world, 1, headcount=2)
    booked(world, shift, "maya")
    booked(world, shift, "jonas")
    need = shift.need
    shown = cancelling.preview_shifts(need, cancelling.cancellable_shifts(need, NOW), SIDE.FACILITY, NOW)
    assert (shown.fee_cents, shown.shifts) == (15600, 1)
    done = cancelling.cancel_need(need, world.tom, NOW, SIDE.FACILITY, expected=(15600, 0))
    assert done.fee_cents == 15600
    assert (need.state, shift.state) == (NeedState.CANCELLED, ShiftState.CANCELLED)
    assert broken_invariants() == []
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act == "cancel")).all()
    assert len(acts) == 4  # need, shift, two bookings
    late = in_hours(world, 2)
    assert cancelling.cancellable_shifts(late.need, NOW + timedelta(hours=2)) == []


def test_a_no_show_costs_a_hundred_points_and_the_seat_is_offered_at_once(world):
    shift = in_hours(world, 1)
    made = booked(world, shift)
    at = shift.starts_at + timedelta(minutes=15)
    with pytest.raises(NotAllowedNow, match="Wait until 15 minutes after the start"):
        mark_no_show(made, world.tom, at - timedelta(seconds=1))
    asked = mark_no_show(made, world.tom, at)
    assert (made.state, made.points) == (AssignmentState.NO_SHOW, -100)
    assert asked
    assert all(at < offer.expires_at <= at + timedelta(minutes=15) for offer in asked)
    uphold(made, world.sam, "No answer by phone")
    assert (made.state, made.points) == (AssignmentState.UPHELD, -100)
    with pytest.raises(NotAllowedNow):
        excuse(made, world.sam)


# ---- offers -----------------------------------------------------------------------------------------------------


@given(st.integers(-240, 60 * 24 * 30), st.integers(15, 24 * 60))
def test_an_offer_always_waits_some_time_and_never_beyond_a_day_or_the_shift(before, length):
    starts = NOW + timedelta(minutes=before)
    ends = starts + timedelta(minutes=length)
    if ends <= NOW:
        return
    expires = offer_expiry(NOW, starts, ends)
    assert NOW < expires <= min(NOW + timedelta(hours=24), ends)
    if before >= 180:
        assert expires <= starts - timedelta(hours=2)


def test_an_offer_waits_a_day_or_until_two_hours_before_the_shift(world):
    far = offers.send_offer(world.shift(day=date(2026, 11, 30)), world.maya, world.tom, NOW)
    near = offers.send_offer(in_hours(world, 6), world.maya, world.tom, NOW)
    assert far.expires_at == NOW + timedelta(hours=24)
    assert near.expires_at == NOW + timedelta(hours=4)


def test_an_offer_whose_time_is_up_is_over_at_once_and_the_job_writes_it_down(world):
    from marketplace.booking.tasks import expire_offers
    from marketplace.kernel.clock import frozen_at

    shift = world.shift()
    offer = offers.send_offer(shift, world.maya, world.tom, NOW)
    later = NOW + timedelta(hours=24)
    assert offer.state_at(later) is OfferState.EXPIRED
    with pytest.raises(NotAllowedNow, match="The time to answer this offer is over"):
        book(shift, world.maya, world.maya.person, later, offer=offer)
    assert expire_offers() == 0
    with frozen_at(later):
        assert expire_offers() == 1
    session.expire_all()
    assert offer.state is OfferState.EXPIRED


def test_who_let_an_offer_run_out_can_be_asked_again_even_before_the_job_has_passed(world):
    shift = world.shift()
    first = offers.send_offer(shift, world.maya, world.tom, NOW)
    again = offers.send_offer(shift, world.maya, world.tom, NOW + timedelta(hours=25))
    assert (first.state, again.state) == (OfferState.EXPIRED, OfferState.SENT)


def test_nobody_is_asked_twice_or_who_may_not_take_it(world):
    shift = world.shift()
    offers.send_offer(shift, world.maya, world.tom, NOW)
    with pytest.raises(NotAllowedNow, match="has this offer already"):
        offers.send_offer(shift, world.maya, world.tom, NOW)
    with pytest.raises(NotAllowedNow, match="Devon Blake cannot take this shift: Does not work in prior-auth"):
        offers.send_offers(shift, [world.jonas.id, world.devon.id], world.tom, NOW)
    assert session.scalar(select(func.count()).select_from(Offer)) == 1


def test_a_full_shift_a_held_need_and_the_past_ask_nobody(world):
    shift = world.shift(mode=FillMode.FIRST_COME)
    booked(world, shift)
    with pytest.raises(NotAllowedNow, match="Every seat of this shift is taken"):
        offers.send_offer(shift, world.jonas, world.tom, NOW)
    with pytest.raises(NotAllowedNow, match="is on hold"):
        offers.send_offer(world.shift(state=NeedState.ON_HOLD), world.jonas, world.tom, NOW)
    with pytest.raises(NotAllowedNow, match="This shift is over"):
        offers.send_offer(world.shift(day=date(2026, 11, 20)), world.jonas, world.tom, NOW)


def test_applying_twice_makes_one_application(world):
    shift = world.shift(mode=FillMode.CHOOSE)
    offers.apply(shift, world.maya, world.maya.person, NOW)
    with pytest.raises(NotAllowedNow, match="You have applied already"):
        offers.apply(shift, world.maya, world.maya.person, NOW)
    with pytest.raises(NotAllowedNow, match="You cannot take this shift"):
        offers.apply(shift, world.devon, world.devon.person, NOW)
    with pytest.raises(NotAllowedNow, match="does not ask for applications"):
        offers.apply(world.shift(day=date(2026, 12, 1)), world.maya, world.maya.person, NOW)


@pytest.mark.parametrize(
    ("zone", "own_time"),
    [
        ("Asia/Manila", "Your time: Mon, Nov 30, 11:00 pm – 7:00 am PHT."),
        ("America/Bogota", "Your time: Mon, Nov 30, 10:00 am – 6:00 pm UTC-5."),
    ],
)
def test_a_letter_calls_a_zone_as_the_pages_do(world, zone, own_time):
    from marketplace.booking import notifications
    from marketplace.messaging.models import Letter

    offer = offers.send_offer(world.shift(), world.maya, world.tom, NOW)
    world.maya.time_zone = zone  # only now: by day in Chicago it is night there, and Maya would not be free
    notifications.notify_offered(offer.id)
    assert own_time in session.scalars(select(Letter)).one().text_body


def test_letters_and_notices_go_out_behind_the_act(world):
    from marketplace.booking import notifications
    from marketplace.messaging.models import Letter, Notice

    shift = world.shift()
    offer = offers.send_offer(shift, world.maya, world.tom, NOW)
    notifications.notify_offered(offer.id)
    letter = session.scalars(select(Letter)).one()
    assert letter.to == "maya@people.example"
    assert "Your time: Mon, Nov 30, 7:00 am – 3:00 pm PST." in letter.text_body
    assert "$29.00 an hour" in letter.text_body
    made = book(shift, world.maya, world.maya.person, NOW, offer=offer)
    notifications.notify_booked(made.id)
    told = set(session.scalars(select(Notice.person_id).where(Notice.kind == "booked")))
    assert told == {world.maya.person_id, world.rosa.id, world.tom.id}
    cancelling.cancel(made, world.maya.person, NOW, SIDE.COORDINATOR)
    notifications.notify_cancelled(made.id, world.maya.person_id)
    assert session.scalar(select(func.count()).where(Notice.kind == "cancelled")) == 2
    notifications.notify_undone(made.id, world.maya.person_id)
    notifications.notify_no_show(made.id)
    assert session.scalar(select(func.count()).select_from(Assignment)) == 1
