"""What goes differently: minds change, hours are disputed, shifts are cancelled, invoices are wrong. The books always hold."""

from datetime import date, time, timedelta

from sqlalchemy import func, select

from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import AssignmentState, OfferState
from marketplace.billing.invoicing import issue
from marketplace.billing.models import CreditNote, Invoice
from marketplace.billing.rules import InvoiceState
from marketplace.booking.booking import book
from marketplace.booking.offers import send_offer
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.needs.models import FillMode
from marketplace.timesheets.models import TimeEntry, TimeSegment
from marketplace.timesheets.rules import EntryState
from tests.timesheets.hours import IN, MONDAY, OUT, handed_in, worked_line
from tests.worked import approved
from tests.world import NOW

HOUR = timedelta(hours=1)
SUNDAY = MONDAY + timedelta(days=6)


def states(kind):
    """How many rows of that kind are in which state."""
    bind_actor(SYSTEM)
    session.expire_all()
    return dict(session.execute(select(kind.state, func.count()).group_by(kind.state)).all())


def count(kind):
    bind_actor(SYSTEM)
    return session.scalar(select(func.count()).select_from(kind))


def test_she_accepts_and_thinks_again_within_five_minutes_and_the_other_offer_stands_again(world, visitors, at):
    """The offer that clashed was superseded; after the undo both wait again, and somebody else may have the shift."""
    first, second = world.shift(), world.shift(world.riverside, start=time(11), end=time(19))
    for shift, by in ((first, world.rosa), (second, world.lars)):
        send_offer(shift, world.maya, by, NOW)
    session.commit()
    with at("maya", NOW) as maya:
        maya.get("/offers").press("Accept shift").sees("You have this shift.")
    assert states(Offer) == {OfferState.ACCEPTED: 1, OfferState.SUPERSEDED: 1}
    with at(maya, NOW + timedelta(minutes=4)):
        maya.press("Undo", within="toasts").sees("Undone. Nothing is booked.")
    assert states(Offer) == {OfferState.SENT: 2}
    assert states(Assignment) == {AssignmentState.RELEASED: 1}
    with at("maya", NOW + timedelta(minutes=5)) as again:
        again.get("/offers").press("Accept shift").sees("You have this shift.")
    booking = next(iter(session.scalars(select(Assignment).where(Assignment.state == AssignmentState.BOOKED))))
    with at("maya", NOW + timedelta(minutes=11)) as late:
        late.get(f"/assignments/{booking.id}")
        assert not [b for b in late.page.all("button") if b.text.startswith("Undo")], "the five minutes are over"
        late.post(f"/assignments/{booking.id}/undo")
        assert late.status in (403, 409)
    assert states(Assignment)[AssignmentState.BOOKED] == 1


def test_two_people_press_at_the_same_open_shift_and_one_is_told(world, visitors):
    shift = world.shift(mode=FillMode.FIRST_COME)
    session.commit()
    maya, jonas = visitors("maya").get("/offers"), visitors("jonas").get("/offers")
    maya.press("Accept shift", within=f"shift-card-{shift.id}").sees("You have this shift.")
    jonas.press("Accept shift", within=f"shift-card-{shift.id}")
    assert jonas.status == 409
    jonas.sees("taken")
    assert states(Assignment) == {AssignmentState.BOOKED: 1}


def test_a_double_click_books_once_and_says_the_same_twice(world, visitors):
    world.shift(mode=FillMode.FIRST_COME)
    session.commit()
    maya = visitors("maya").get("/offers")
    before = maya.page
    maya.press("Accept shift").sees("You have this shift.")
    maya.page, maya.path = before, "/offers"
    maya.press("Accept shift").sees("You have this shift.")
    assert maya.status == 200
    assert count(Assignment) == 1


def test_a_stale_form_is_told_and_changes_nothing(world, visitors):
    first, second = visitors("rosa").get("/settings"), visitors("rosa").get("/settings")
    first.press("Save", city="Evanston")
    second.press("Save", city="Gary")
    assert second.status == 409
    second.sees("Somebody changed this")
    bind_actor(SYSTEM)
    session.expire_all()
    assert world.harbor.city == "Evanston"


def test_one_line_is_disputed_and_the_rest_of_the_week_is_billed(world, visitors, at):
    lines = [worked_line(world, world.maya), worked_line(world, world.maya, MONDAY + timedelta(days=1))]
    lines.append(worked_line(world, world.devon, MONDAY, (IN, 0), (OUT, 528)))
    odd = handed_in(lines, NOW - HOUR)[-1].id
    session.commit()
    with at("rosa", NOW) as rosa:
        rosa.get("/timesheets").press("Approve 2 without exceptions")
        rosa.get(f"/timesheets/lines/{odd}").press("Dispute", reason="Nobody was there after five.")
        rosa.sees("Disputed.")
    with at("felix", NOW + HOUR) as felix:
        felix.get("/invoices/run").press("Issue 1 invoice").sees("$624.00")
    with at("felix", NOW + 2 * HOUR) as felix:
        felix.get(f"/timesheets/lines/{odd}")
        felix.press("Approve with changes", minutes="8:00", reason="Both sides agreed on five o'clock.")
        felix.get("/invoices/run").press("Issue 1 invoice")
    assert states(TimeEntry) == {EntryState.APPROVED: 3}
    bind_actor(SYSTEM)
    assert session.scalar(select(func.sum(TimeSegment.minutes))) == 24 * 60
    assert count(Invoice) == 2


def test_a_late_cancellation_costs_what_the_page_said_and_is_billed(world, visitors, at):
    shift = world.shift(day=date(2026, 11, 24))
    booked = book(shift, world.maya, world.rosa, NOW - timedelta(days=2)).id
    session.commit()
    with at("rosa", shift.starts_at - HOUR) as rosa:
        rosa.get(f"/assignments/{booked}/cancellation")
        page = rosa.text
        rosa.press("Cancel", within="main", reason="The clinic is closed.")
        assert rosa.status == 200, rosa.text
    assert states(Assignment) == {AssignmentState.CANCELLED: 1}
    bind_actor(SYSTEM)
    owed = session.scalars(select(TimeSegment)).one()
    assert owed.kind == "cancellation"
    assert f"${owed.bill_cents / 100:,.2f}" in page, "what it costs stood on the page of the button"
    with at("felix", shift.starts_at + timedelta(days=7)) as felix:
        felix.get("/invoices/run").press("Issue 1 invoice")
    assert count(Invoice) == 1


def test_a_wrong_invoice_is_voided_and_billed_again_and_a_right_one_credited(world, visitors, at):
    approved(world, world.maya, world.harbor)
    (wrong,) = issue(SUNDAY, world.felix, NOW)
    session.commit()
    wrong_id = wrong.id
    with at("felix", NOW + HOUR) as felix:
        felix.get(f"/invoices/{wrong_id}/voiding").press("Void", within="main", reason="Wrong cost centre.")
        assert felix.status == 200, felix.text
        felix.get("/invoices/run").press("Issue 1 invoice")
        assert felix.status == 200, felix.text
    bind_actor(SYSTEM)
    session.expire_all()
    again = session.scalars(select(Invoice).where(Invoice.state != InvoiceState.VOIDED)).one()
    assert (again.number, again.total_cents) == ("INV-2026-00002", wrong.total_cents)
    with at("felix", NOW + 2 * HOUR) as felix:
        felix.get(f"/invoices/{again.id}/credit").press(
            "Give", within="main", amount="39.00", reason="One hour was ours."
        )
        assert felix.status == 200, felix.text
    assert count(CreditNote) == 1
    with at("rosa", NOW + 3 * HOUR) as rosa:
        rosa.get(f"/invoices/{again.id}").sees("$39.00")
        rosa.get(f"/invoices/{wrong_id}").sees("Void")
