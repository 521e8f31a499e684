"""A facility's overview: each figure against a situation made by hand, and nothing of anybody else's in it."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import update

from marketplace.assignments.models import Offer, OfferKind
from marketplace.assignments.rules import AssignmentState, OfferState
from marketplace.attendance.clocking import punch
from marketplace.billing.invoicing import issue
from marketplace.booking import offers
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.facilities.models import Facility
from marketplace.home.action_items import on_the_desk, open_shifts, upcoming
from marketplace.home.on_shift_now import on_shift_now
from marketplace.kernel import clock
from marketplace.needs.models import FillMode, Need
from marketplace.needs.rules import NeedState, ShiftState
from marketplace.reports.facility_kpis import facility_month, facility_with_budget
from marketplace.reports.kpis import time_to_fill, weeks
from marketplace.timesheets.rules import PunchKind
from tests.timesheets.hours import booked, handed_in, worked_line
from tests.worked import approved
from tests.world import NOW, TODAY

ZONE = "America/Chicago"
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
LAST_MONDAY = date(2026, 11, 16)


def asked(statements):
    """Without what the tests' own roll-back adds at a commit."""
    return [statement for statement in statements if not statement.startswith("SET CONSTRAINTS")]


# ---- the week ---------------------------------------------------------------------------------------------------


def test_the_week_counts_seats_without_cancelled_shifts_and_without_other_facilities(world):
    booked(world, world.maya, MONDAY)
    booked(world, world.jonas, WEDNESDAY, headcount=3)
    world.shift(day=date(2026, 11, 29))
    cancelled = world.shift(day=WEDNESDAY)
    cancelled.state = ShiftState.CANCELLED
    world.shift(day=date(2026, 11, 30))  # next week
    booked(world, world.aisha, TUESDAY, facility=world.riverside, line="medical-scribe")
    booked(world, world.maya, LAST_MONDAY)
    session.flush()
    shown = weeks(TODAY, world.harbor.id)
    assert len(shown) == 12
    assert (shown[-1].monday, shown[-1].filled, shown[-1].seats, shown[-1].open) == (MONDAY, 2, 5, 3)
    assert shown[-1].planned_minutes == 5 * 8 * 60
    assert (shown[-2].monday, shown[-2].percent) == (LAST_MONDAY, 100)
    assert all(week.percent is None for week in shown[:-2])
    assert weeks(TODAY)[-1].seats == 6


def test_whoever_did_not_come_or_cancelled_fills_no_seat(world):
    for who, state in ((world.maya, AssignmentState.NO_SHOW), (world.jonas, AssignmentState.CANCELLED)):
        booked(world, who, MONDAY).state = state
    session.flush()
    assert (weeks(TODAY, world.harbor.id)[-1].filled, weeks(TODAY, world.harbor.id)[-1].seats) == (0, 2)


def test_a_night_belongs_to_the_week_it_begins_in_on_its_own_wall(world):
    """11 pm on Sunday in Chicago is Monday in UTC."""
    world.shift(day=date(2026, 11, 22), start=time(23), end=time(7))
    assert [week.seats for week in weeks(TODAY, world.harbor.id)][-2:] == [1, 0]


# ---- time to fill -----------------------------------------------------------------------------------------------


def filled(world, posted, minutes, **more):
    shift = world.shift(**more)
    session.execute(update(Need).where(Need.id == shift.need_id).values(posted_at=posted))
    shift.filled_at = posted + timedelta(minutes=minutes)
    shift.created_at = posted
    session.flush()
    return shift


def test_time_to_fill_is_the_median_of_the_month_beside_the_month_before(world):
    november, october = NOW - timedelta(days=5), NOW - timedelta(days=40)
    for minutes in (30, 108, 600):
        filled(world, november, minutes)
    for minutes in (130, 130):
        filled(world, october, minutes)
    filled(world, november, 5, facility=world.riverside)
    took = time_to_fill(NOW, ZONE, world.harbor.id)
    assert (took.median, took.before, took.faster) == (108, 130, 22)
    assert took.p90 == 501  # percentile_cont: 108 + 0.8 * (600 - 108)
    assert time_to_fill(NOW, ZONE).median == 69


def test_a_shift_added_later_counts_from_when_it_was_added(world):
    shift = filled(world, NOW - timedelta(days=20), 19 * 24 * 60)
    shift.created_at = shift.filled_at - timedelta(minutes=40)
    session.flush()
    assert time_to_fill(NOW, ZONE, world.harbor.id).median == 40


def test_without_anything_filled_there_is_no_time_and_no_comparison(world):
    took = time_to_fill(NOW, ZONE, world.harbor.id)
    assert (took.median, took.before, took.p90, took.faster) == (None, None, None, None)


# ---- hours and money --------------------------------------------------------------------------------------------


def test_hours_and_spend_count_approved_and_undecided_time_of_the_month(world):
    approved(world, world.maya, world.harbor, LAST_MONDAY, minutes=240)  # $156.00 at $39.00/h
    approved(world, world.jonas, world.harbor, date(2026, 10, 26), minutes=240)  # another month
    approved(world, world.aisha, world.riverside, LAST_MONDAY, line="medical-scribe")
    worked_line(world, world.maya, MONDAY, end=time(13))  # this week, not handed in: 4 h more
    world.harbor.monthly_budget_cents = 100_000
    session.flush()
    month = facility_month(facility_with_budget(world.harbor.id), NOW)
    assert month.worked_minutes == 240
    assert month.spent_cents == 2 * 15_600
    assert (month.budget_cents, month.budget_percent) == (100_000, 31)


def test_bookings_since_yesterday_are_those_of_this_weeks_shifts(world):
    for who, day, hours in (
        (world.maya, WEDNESDAY, 2),
        (world.jonas, WEDNESDAY, 30),
        (world.sofia, date(2026, 12, 2), 1),
    ):
        booked(world, who, day).booked_at = NOW - timedelta(hours=hours)
    session.flush()
    assert facility_month(facility_with_budget(world.harbor.id), NOW).booked_since_yesterday == 1


# ---- what needs the facility ------------------------------------------------------------------------------------


def test_open_shifts_name_the_first_three_and_count_the_rest_with_offers_out(world):
    first = world.shift(day=WEDNESDAY)
    offers.send_offer(first, world.maya, world.rosa, NOW)
    for day in (26, 27, 28, 29):
        world.shift(day=date(2026, 11, day), headcount=2)
    world.shift(day=date(2026, 12, 5))  # not soon
    world.shift(day=WEDNESDAY, state=NeedState.ON_HOLD)
    booked(world, world.jonas, WEDNESDAY)  # full
    world.shift(world.riverside, day=WEDNESDAY)
    found = open_shifts(world.harbor.id, NOW)
    assert [(each.shift.local_day.day, each.open_seats, each.asked) for each in found.first] == [
        (25, 1, 1),
        (26, 2, 0),
        (27, 2, 0),
    ]
    assert (found.shifts, found.seats, found.more, found.choices) == (5, 9, 2, [])


def test_a_shift_somebody_applied_for_is_a_choice_with_the_best_match(world):
    shift = world.shift(day=date(2026, 12, 18), mode=FillMode.CHOOSE)
    for who, percent in ((world.maya, 71), (world.jonas, 94)):
        session.add(
            Offer(
                shift_id=shift.id, facility_id=shift.facility_id, coordinator_id=who.id, kind=OfferKind.APPLICATION,
                state=OfferState.SENT, sent_at=NOW, expires_at=NOW + timedelta(days=1), score={"percent": percent},
            )
        )  # fmt: skip
    session.flush()
    found = open_shifts(world.harbor.id, NOW)
    assert [(each.applied, each.best_percent) for each in found.choices] == [(2, 94)]
    assert found.first == []
    later = open_shifts(world.harbor.id, NOW + timedelta(days=2))
    assert later.choices == [], "applications that ran out are no choice"


def test_hours_to_approve_come_with_minutes_money_and_the_deadline(world):
    lines = handed_in([worked_line(world, world.maya, LAST_MONDAY, end=time(13))], NOW - timedelta(hours=10))
    assert len(lines) == 1
    worked_line(world, world.jonas, LAST_MONDAY, end=time(13))  # not handed in
    desk = on_the_desk(world.rosa, NOW)
    assert (desk.lines, desk.minutes, desk.cents, desk.before_overtime) == (1, 240, 15_600, False)
    assert desk.deadline == NOW + timedelta(hours=62)
    assert on_the_desk(world.lars, NOW).lines == 0


def test_only_who_may_deal_with_it_finds_it_on_the_desk(world):
    handed_in([worked_line(world, world.maya, LAST_MONDAY, end=time(13))], NOW)
    rosa = world.rosa
    rosa.acting.role = type(rosa.acting.role)("facility_billing")
    assert on_the_desk(rosa, NOW).lines == 0


def test_overdue_invoices_and_papers_to_sign(world):
    approved(world, world.maya, world.harbor, LAST_MONDAY)
    issue(date(2026, 11, 22), world.felix, NOW)
    session.add(
        Agreement(
            kind=AgreementKind.BAA, facility_id=world.harbor.id, state=AgreementState.SENT, effective_from=TODAY,
            body="…", sent_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    now = on_the_desk(world.rosa, NOW)
    assert (now.overdue_invoices, now.to_sign) == (0, 1)
    later = on_the_desk(world.rosa, NOW + timedelta(days=70))
    assert (later.overdue_invoices, later.overdue_cents) == (1, 15_600)
    assert on_the_desk(world.lars, NOW + timedelta(days=70)).to_sign == 0


# ---- what comes next, who works now -----------------------------------------------------------------------------


def test_upcoming_shifts_stand_in_order_with_the_worst_word_of_their_seats(world):
    running = booked(world, world.maya, TUESDAY, start=time(8), end=time(12))
    punch(running, PunchKind.IN, running.starts_at)
    asked_about = world.shift(day=WEDNESDAY)
    offers.send_offer(asked_about, world.jonas, world.rosa, NOW)
    booked(world, world.sofia, date(2026, 11, 26), headcount=2)
    world.shift(day=date(2026, 11, 27), state=NeedState.CLOSED)
    booked(world, world.maya, MONDAY)  # over
    world.shift(world.riverside, day=WEDNESDAY)
    shown = upcoming(world.harbor.id, NOW)
    assert [each.state for each in shown] == ["checked_in", "waiting_for_reply", "partly_filled", "closed"]
    assert shown[0].names == ["Maya Torres"]


def test_live_now_shows_who_works_who_is_late_and_who_comes_within_the_hour(world):
    maya = booked(world, world.maya, TUESDAY, start=time(8), end=time(12))
    punch(maya, PunchKind.IN, maya.starts_at + timedelta(minutes=1))
    booked(world, world.jonas, TUESDAY, start=time(9, 47), end=time(14))
    booked(world, world.sofia, TUESDAY, start=time(8, 48), end=time(12))
    booked(world, world.aisha, TUESDAY, start=time(10, 30), end=time(14))  # later
    session.flush()
    people = on_shift_now(world.harbor.id, NOW)
    assert [(each.name.split()[0], each.is_working) for each in people] == [
        ("Maya", True), ("Sofía", False), ("Jonas", False),
    ]  # fmt: skip
    assert people[0].since == maya.starts_at + timedelta(minutes=1)
    assert [each.minutes_late(NOW) for each in people[1:]] == [12, -47]
    assert on_shift_now(world.riverside.id, NOW) == []


# ---- the pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def tuesday(world):
    """A Tuesday morning at Harbor: one works, one comes, one shift is open, a week waits."""
    maya = booked(world, world.maya, TUESDAY, start=time(8), end=time(12))
    punch(maya, PunchKind.IN, maya.starts_at + timedelta(minutes=1))
    booked(world, world.jonas, TUESDAY, start=time(9, 47), end=time(14))
    world.shift(day=WEDNESDAY)
    handed_in([worked_line(world, world.sofia, LAST_MONDAY, end=time(13))], NOW - timedelta(hours=10))
    session.execute(update(Facility).where(Facility.id == world.harbor.id).values(monthly_budget_cents=2_000_000))
    session.commit()
    return world


def test_rosa_is_greeted_and_sees_her_week(tuesday, visitors, statements):
    rosa = visitors("rosa")
    statements.clear()
    rosa.get("/overview")
    assert rosa.status == 200
    assert len(asked(statements)) <= 15, len(asked(statements))
    assert rosa.heading == "Good morning, Rosa"
    rosa.sees(
        "Tuesday, November 24, 2026", "times shown in CST", "Filled this week 2 of 3", "nothing filled this month yet"
    )
    rosa.sees("Prior-Authorization, Wed, Nov 25 9am – 5pm is open", "Nobody has been asked")
    rosa.sees("1 line of hours to approve", "4 h · $156.00", "due Thu, Nov 26, 11:00 pm")
    rosa.sees(
        "Live now 1 working", "started 8:01 am", "59 min", "In 47 min", "Spend this month $156", "1% of $20,000 budget"
    )
    assert rosa.follow("See matches").status == 200
    rosa.get("/overview").follow("Review").sees("Sofía")


def test_whoever_is_late_needs_rosa_until_they_press_the_clock(tuesday, visitors):
    jonas = tuesday.jonas.person.name
    with clock.frozen_at(NOW + timedelta(minutes=47 + 4)):
        assert f"{jonas} is late" not in visitors("rosa").get("/overview").text
    with clock.frozen_at(NOW + timedelta(minutes=47 + 6)):
        rosa = visitors("rosa").get("/overview")
        rosa.sees("Jonas Lind is late: 6 min", "Late: 6 min", "Late")
        assert "Mark as no-show" not in rosa.text
    with clock.frozen_at(NOW + timedelta(minutes=47 + 136)):
        ada = visitors("ada").get("/overview?kind=late")
        ada.sees("Jonas Lind is late: 2 h 16 min", "Harbor Family Medicine", "Mark as no-show")
        rosa = visitors("rosa").get("/overview")
        rosa.sees("Jonas Lind is late: 2 h 16 min")
        rosa.press("Mark as no-show")
        assert rosa.status == 200
        for who, page in (("rosa", "/overview"), ("ada", "/overview")):
            assert "is late" not in visitors(who).get(page).text


def test_lars_sees_nothing_of_it(tuesday, visitors):
    lars = visitors("lars").get("/overview")
    lars.sees("Filled this week 0 of 0", "Nothing waits for you.", "Nobody is on the clock")
    assert "Maya" not in lars.text
    assert "$156.00" not in lars.text


def test_a_coordinator_is_told_that_this_page_is_not_hers(visitors, world):
    maya = visitors("maya").get("/overview")
    assert maya.status == 403
    maya.sees("This page is for facilities and the agency.")


def test_the_live_card_answers_304_until_something_on_it_changes(tuesday, visitors):
    rosa = visitors("rosa").get("/overview")
    card = next(node for node in rosa.page.walk() if node.attributes.get("id") == "live-now")
    assert card.attributes["hx-trigger"] == "every 20s"
    headers = {"HX-Request": "true", **__import__("json").loads(card.attributes["hx-headers"])}
    assert rosa.get(card.attributes["hx-get"], headers=headers).status == 304
    assert rosa.html == ""
    with clock.frozen_at(NOW + timedelta(minutes=1)):
        assert rosa.get(card.attributes["hx-get"], headers=headers).status == 200
        rosa.sees("1 h", "In 46 min")
        assert rosa.headers["Cache-Control"] == "no-store"


def test_an_open_page_alone_keeps_nobody_signed_in(tuesday, visitors):
    rosa = visitors("rosa").get("/overview")
    for minutes in (5, 10, 14):
        with clock.frozen_at(NOW + timedelta(minutes=minutes)):
            assert rosa.get("/overview/live", headers={"HX-Request": "true"}).status == 200
    with clock.frozen_at(NOW + timedelta(minutes=16)):
        over = rosa.get("/overview/live", headers={"HX-Request": "true", "Referer": "http://localhost/overview"})
    assert over.headers["HX-Redirect"] == "/sign-in?next=/overview"
    assert "Maya" not in over.html


def test_an_overview_in_spanish_speaks_spanish_of_the_work(tuesday, visitors):
    session.execute(update(type(tuesday.rosa)).where(type(tuesday.rosa).id == tuesday.rosa.id).values(locale="es"))
    session.commit()
    rosa = visitors("rosa").get("/overview")
    assert "Prior-Authorization" not in rosa.text
    bind_actor(SYSTEM)
