"""A seat is taken under every rule, kept with its reasons, and can be taken back for some minutes."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select, text, update

from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import AssignmentState, OfferState
from marketplace.audit.models import AuditEntry
from marketplace.booking import offers
from marketplace.booking.booking import accept, book, confirm
from marketplace.booking.kept_decision import kept_verdicts, replay
from marketplace.booking.undoing import undo
from marketplace.contracts.models import Agreement
from marketplace.coordinators.models import Coordinator
from marketplace.credentials.models import Credential
from marketplace.db import session
from marketplace.eligibility.assessment import Assessment
from marketplace.kernel import NotAllowedNow, NotPermitted
from marketplace.matching.rules.hard_rules import RULES
from marketplace.needs.models import FillMode
from marketplace.needs.rules import NeedState, ShiftState
from tests.world import NOW

LATER = NOW + timedelta(minutes=2)


def booked(world, shift, who="maya", **more):
    coordinator = getattr(world, who)
    return book(shift, coordinator, coordinator.person, NOW, **more)


@pytest.fixture
def world(world):
    """Shifts here are first come, first served unless a test says otherwise."""
    make = world.shift
    world.shift = lambda *args, **more: make(*args, **{"mode": FillMode.FIRST_COME, **more})
    return world


def state_of(thing):
    return session.scalar(select(type(thing).state).where(type(thing).id == thing.id))


def test_a_booking_keeps_the_terms_of_the_shift_and_why_the_coordinator_was_eligible(world):
    shift = world.shift()
    made = booked(world, shift)
    assert (made.seat, made.state) == (1, AssignmentState.BOOKED)
    assert made.span == shift.span
    assert (made.bill_rate_cents, made.pay_rate_cents) == (3900, 2900)
    assert made.undo_until == NOW + timedelta(minutes=5)
    assert [v["rule"] for v in made.verdicts] == [rule.code for rule in RULES]
    assert replay(made) == kept_verdicts(made)
    assert made.score["total"] == sum(part["points"] for part in made.score["parts"])
    assert shift.filled_at == NOW
    trail = session.scalars(select(AuditEntry).where(AuditEntry.thing == "assignment")).one()
    assert (trail.act, trail.thing_id) == ("book", made.id)
    assert trail.sentence.startswith("Maya Torres was booked for Prior-Authorization on Nov 30, 2026")
    jobs = session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all()
    assert jobs == ["assignments.tell_booked"]


def test_the_verdicts_of_then_can_be_worked_out_again_after_everything_has_changed(world):
    made = booked(world, world.shift())
    session.execute(update(Coordinator).values(service_lines=[], min_pay_cents=99_00))
    session.execute(update(Credential).values(state="revoked"))
    assert replay(made) == kept_verdicts(made)
    assert not any(verdict.failed for verdict in replay(made))


def test_seats_are_given_from_the_lowest_and_never_more_than_there_are(world):
    shift = world.shift(headcount=2)
    first, second = booked(world, shift, "maya"), booked(world, shift, "jonas")
    assert (first.seat, second.seat) == (1, 2)
    with pytest.raises(NotAllowedNow, match=r"This shift has just been taken\."):
        booked(world, shift, "aisha")
    undo(first, world.maya.person, LATER)
    assert booked(world, shift, "aisha").seat == 1


def test_a_coordinator_takes_only_what_is_open_to_everyone_or_offered_to_them(world):
    shift = world.shift(mode=FillMode.OFFER)
    with pytest.raises(NotAllowedNow, match="only for those it is offered to"):
        booked(world, shift)
    choosing = world.shift(mode=FillMode.CHOOSE)
    offers.apply(choosing, world.maya, world.maya.person, NOW)
    with pytest.raises(NotAllowedNow, match="only for those it is offered to"):
        booked(world, choosing)
    offers.send_offer(shift, world.maya, world.tom, NOW)
    assert booked(world, shift).offer_id is not None


def test_nobody_has_the_same_shift_twice(world):
    shift = world.shift(headcount=3)
    booked(world, shift)
    with pytest.raises(NotAllowedNow, match=r"You already have this shift\."):
        booked(world, shift)
    with pytest.raises(NotAllowedNow, match=r"Maya Torres already has this shift\."):
        book(shift, world.maya, world.tom, NOW)


def test_nobody_has_two_shifts_at_once_whatever_the_facility(world):
    booked(world, world.shift(day=date(2026, 11, 30)))
    there = world.shift(world.riverside, day=date(2026, 11, 30))
    with pytest.raises(NotAllowedNow, match=r"You already have a shift at this time\."):
        booked(world, there)
    with pytest.raises(NotAllowedNow, match=r"Maya Torres already has a shift at this time\."):
        book(there, world.maya, world.lars, NOW)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda w: session.execute(update(Credential).values(expires_on=date(2026, 11, 29))), "HIPAA"),
        (lambda w: session.execute(update(Agreement).where(Agreement.coordinator_id == w.maya.id).values(state="terminated")),
         "The coordinator has no BAA"),
        (lambda w: session.execute(update(Agreement).where(Agreement.kind == "master").values(state="terminated")),
         "The facility has no contract"),
        (lambda w: session.execute(update(Coordinator).values(exclusion_hold="LEIE hit")), "Exclusion screening"),
        (lambda w: session.execute(update(Coordinator).values(min_pay_cents=3000)), "below the minimum"),
        (lambda w: session.execute(update(Coordinator).values(max_week_minutes=60)), "the limit is 1 h"),
    ],
)  # fmt: skip
def test_every_rule_is_asked_again_at_the_moment_of_booking(world, spoil, reason):
    shift = world.shift()
    (offer,) = offers.send_offers(shift, [world.maya.id], world.tom, NOW)
    spoil(world)
    session.expire_all()
    with pytest.raises(NotAllowedNow, match=reason):
        book(shift, world.maya, world.maya.person, NOW, offer=offer)
    assert session.scalar(select(func.count()).select_from(Assignment)) == 0


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (NeedState.ON_HOLD, "on hold"),
        (NeedState.CANCELLED, "canceled"),
        (NeedState.PENDING_APPROVAL, "not posted yet"),
    ],
)
def test_a_need_that_is_not_open_gives_no_seats(world, state, sentence):
    shift = world.shift(state=state)
    with pytest.raises(NotAllowedNow, match=sentence):
        booked(world, shift)


def test_a_cancelled_shift_gives_no_seats(world):
    shift = world.shift()
    shift.state = ShiftState.CANCELLED
    session.flush()
    with pytest.raises(NotAllowedNow, match=r"This shift was canceled\."):
        booked(world, shift)


def test_what_clashes_and_what_is_taken_is_superseded_in_the_same_transaction(world):
    shift = world.shift(day=date(2026, 11, 30))
    at_once = world.shift(world.riverside, day=date(2026, 11, 30), start=time(12), end=time(16))
    too_soon_after = world.shift(day=date(2026, 11, 30), start=time(17), end=time(18))
    day_after = world.shift(day=date(2026, 12, 1))
    mine = offers.send_offer(shift, world.maya, world.tom, NOW)
    theirs = offers.send_offer(shift, world.jonas, world.tom, NOW)
    clash = offers.send_offer(at_once, world.maya, world.lars, NOW)
    tired = offers.send_offer(too_soon_after, world.maya, world.tom, NOW)
    free = offers.send_offer(day_after, world.maya, world.tom, NOW)
    made = accept(mine_with_shift(mine), world.maya.person, NOW)
    session.expire_all()
    assert state_of(mine) is OfferState.ACCEPTED
    assert {state_of(one) for one in (theirs, clash, tired)} == {OfferState.SUPERSEDED}
    assert state_of(free) is OfferState.SENT
    assert made.offer_id == mine.id
    with pytest.raises(NotAllowedNow, match="has just been taken"):
        book(shift, world.jonas, world.jonas.person, NOW, offer=theirs)


def mine_with_shift(offer):
    from sqlalchemy.orm import joinedload

    session.expunge(offer)
    return session.scalars(
        select(Offer)
        .where(Offer.id == offer.id)
        .options(joinedload(Offer.shift), joinedload(Offer.coordinator).joinedload(Coordinator.person))
    ).one()


def test_undo_gives_back_the_seat_the_offer_and_what_it_had_superseded(world):
    shift = world.shift(day=date(2026, 11, 30))
    elsewhere = world.shift(world.riverside, day=date(2026, 11, 30))
    mine = offers.send_offer(shift, world.maya, world.tom, NOW)
    theirs = offers.send_offer(shift, world.jonas, world.tom, NOW)
    clash = offers.send_offer(elsewhere, world.maya, world.lars, NOW)
    made = book(shift, world.maya, world.maya.person, NOW, offer=mine)
    undo(made, world.maya.person, LATER)
    session.expire_all()
    assert state_of(made) is AssignmentState.RELEASED
    assert {state_of(one) for one in (mine, theirs, clash)} == {OfferState.SENT}
    assert shift.filled_at is None
    assert booked(world, shift, "jonas", offer=theirs).seat == 1


def test_undo_does_not_bring_back_an_offer_whose_shift_was_taken_meanwhile(world):
    shift, elsewhere = world.shift(day=date(2026, 11, 30)), world.shift(world.riverside, day=date(2026, 11, 30))
    clash = offers.send_offer(elsewhere, world.maya, world.lars, NOW)
    made = booked(world, shift)
    booked(world, elsewhere, "jonas")
    undo(made, world.maya.person, LATER)
    session.expire_all()
    assert state_of(clash) is OfferState.SUPERSEDED


def test_undo_ends_after_five_minutes_and_belongs_to_who_booked(world):
    made = booked(world, world.shift())
    with pytest.raises(NotPermitted, match="Only the side that made this booking"):
        undo(made, world.tom, LATER)
    with pytest.raises(NotAllowedNow, match="The time to undo is over"):
        undo(made, world.maya.person, NOW + timedelta(minutes=5))
    undo(made, world.maya.person, NOW + timedelta(minutes=5) - timedelta(seconds=1))
    with pytest.raises(NotAllowedNow):
        undo(made, world.maya.person, LATER)


def test_a_facility_takes_its_choice_back_for_ten_minutes(world):
    shift = world.shift(mode=FillMode.CHOOSE)
    application = offers.apply(shift, world.maya, world.maya.person, NOW)
    made = book(shift, world.maya, world.tom, NOW, offer=application)
    assert made.undo_until == NOW + timedelta(minutes=10)
    with pytest.raises(NotPermitted):
        undo(made, world.maya.person, LATER)
    with pytest.raises(NotPermitted):
        undo(made, world.lars, LATER)
    undo(made, world.tom, NOW + timedelta(minutes=9))
    session.expire_all()
    assert state_of(application) is OfferState.SENT


def test_a_confirmed_shift_can_no_longer_be_undone(world):
    made = booked(world, world.shift())
    confirm(made, world.maya.person, NOW)
    session.flush()
    with pytest.raises(NotAllowedNow, match="cannot be undone"):
        undo(made, world.maya.person, LATER)


def test_the_table_itself_refuses_a_second_seat_and_says_it_in_the_words_of_the_rules(world, monkeypatch):
    from marketplace.booking import booking

    shift = world.shift()
    booked(world, shift)
    monkeypatch.setattr(booking, "_live_seats", lambda shift_id: {})
    with pytest.raises(NotAllowedNow, match=r"This shift has just been taken\."):
        booked(world, shift, "jonas")


def test_the_table_itself_refuses_an_overlap_and_says_it_in_the_words_of_the_rules(world, monkeypatch):
    from marketplace.booking import booking

    booked(world, world.shift())
    monkeypatch.setattr(booking, "_check_no_clash", lambda *given: None)
    monkeypatch.setattr(Assessment, "objections", lambda assessment: [])
    with pytest.raises(NotAllowedNow, match="You already have a shift at this time"):
        booked(world, world.shift(world.riverside))
    assert session.scalar(select(func.count()).select_from(Assignment)) == 1


def test_a_shift_cannot_be_moved_into_a_clash(world):
    from sqlalchemy.exc import IntegrityError

    early, late = world.shift(start=time(8), end=time(11)), world.shift(day=date(2026, 12, 2))
    booked(world, early)
    booked(world, late)
    moved = {"starts_at": early.starts_at, "ends_at": early.ends_at}
    with pytest.raises(IntegrityError, match="ex_assignment_overlap"), session.begin_nested():
        session.execute(update(type(late)).where(type(late).id == late.id).values(moved))
