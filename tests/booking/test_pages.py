"""The pages of shifts: what each side sees there, and that every button does what it says."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import AssignmentState, OfferState
from marketplace.booking import offers
from marketplace.booking.booking import book
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import clock
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.rules import NeedState, ShiftState
from tests.world import NOW


@pytest.fixture
def as_test(world):
    """After a page, the test looks with its own eyes again."""

    def look():
        session.rollback()
        session.expire_all()
        bind_actor(SYSTEM)
        return world

    return look


def booked(world, shift, who="maya", by=None, **more):
    coordinator = getattr(world, who)
    made = book(shift, coordinator, by or coordinator.person, NOW, **more)
    session.commit()
    return made


def offered(world, shift, who="maya"):
    offer = offers.send_offer(shift, getattr(world, who), world.tom, NOW)
    session.commit()
    return offer


def count(entity, *where):
    return session.scalar(select(func.count()).select_from(entity).where(*where))


def asked(statements):
    """Without what the tests' own roll-back adds at a commit."""
    return [statement for statement in statements if not statement.startswith("SET CONSTRAINTS")]


# ---- a coordinator's first page ---------------------------------------------------------------------------------


def test_maya_sees_her_offers_with_pay_both_zones_and_reasons(world, visitors, as_test):
    offered(world, world.shift())
    page = visitors("maya").get("/offers")
    assert page.heading == "Open shifts for you"
    page.sees("Prior-Authorization", "Harbor Family Medicine", "$232.00", "$29.00/h · 8 h")
    page.sees("Mon, Nov 30, 9:00 am – 5:00 pm CST", "Your time: 7:00 am – 3:00 pm PST", "Offered to you", "Match ")
    assert page.button("Accept shift")


def test_one_tap_accepts_and_the_toast_takes_it_back(world, visitors, as_test):
    offer = offered(world, world.shift())
    page = visitors("maya").get("/offers").press("Accept shift")
    assert page.status == 200
    page.sees("You have this shift. It is in your schedule.", "Your next shift")
    as_test()
    assert session.get_one(Offer, offer.id).state is OfferState.ACCEPTED
    page.press("Undo").sees("Undone. Nothing is booked.", "Offered to you")
    as_test()
    assert session.get_one(Offer, offer.id).state is OfferState.SENT
    assert count(Assignment, Assignment.state == AssignmentState.RELEASED) == 1


def test_with_htmx_the_card_alone_is_swapped_and_the_toast_comes_with_it(world, visitors):
    offer = offered(world, world.shift())
    page = visitors("maya").get("/offers")
    page.post(f"/offers/{offer.id}/acceptance", headers={"HX-Request": "true"})
    assert page.status == 200
    assert "<html" not in page.html
    assert f'id="shift-card-{offer.shift_id}"' in page.html
    assert "hx-partial" in page.html
    page.sees("You have this shift")


def test_open_shifts_are_taken_first_come_and_not_for_me_hides_one_for_good(world, visitors, as_test):
    first = world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 30))
    world.shift(mode=FillMode.FIRST_COME, day=date(2026, 12, 1))
    session.commit()
    page = visitors("maya").get("/offers")
    page.press("Not for me", within=f"shift-card-{first.id}")
    page.sees("Not for you: you will not see this shift again.")
    assert f"shift-card-{first.id}" not in page.html
    page.press("Accept shift").sees("You have this shift.")
    as_test()
    assert count(Assignment) == 1


def test_a_shift_that_is_offered_to_others_only_is_not_shown(world, visitors):
    shift = world.shift()
    offered(world, shift, "jonas")
    page = visitors("maya").get("/offers")
    assert f"shift-card-{shift.id}" not in page.html


@pytest.mark.parametrize(
    ("show", "days"),
    [("", 3), ("today", 1), ("week", 2), ("pay", 3), ("nonsense", 3)],
)
def test_the_chips_filter_on_the_server(world, visitors, show, days):
    world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 24), start=time(14), end=time(18))
    world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 27))
    world.shift(mode=FillMode.FIRST_COME, day=date(2026, 12, 2))
    session.commit()
    page = visitors("maya").get(f"/offers?show={show}")
    assert page.html.count('id="shift-card-') == days


def test_highest_pay_puts_the_most_for_the_whole_shift_first(world, visitors):
    world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 30), start=time(9), end=time(11))
    long = world.shift(mode=FillMode.FIRST_COME, day=date(2026, 12, 1), start=time(9), end=time(17))
    session.commit()
    page = visitors("maya").get("/offers?show=pay")
    assert page.html.index(f"shift-card-{long.id}") < page.html.index("$58.00")


def test_the_page_says_why_a_coordinator_may_not_take_a_shift(world, visitors):
    world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 29))
    world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 30), required_credentials=["CMM"])
    session.commit()
    page = visitors("maya").get("/offers").follow("2 open shifts are not for you: why?")
    assert page.heading == "Why not me?"
    page.sees("No Certified Medical Manager is on file.", "outside the stated availability")


def test_how_opens_the_whole_breakdown_whose_parts_add_up(world, visitors):
    shift = world.shift()
    offered(world, shift)
    page = visitors("maya").get(f"/shifts/{shift.id}")
    page.sees(
        "How you match", "Knows the facility", "Kept free for other work", "You meet every rule for the whole shift."
    )
    assert page.button("Accept shift")


def test_a_coordinator_may_decline_with_a_reason_that_names_no_patient(world, visitors, as_test):
    offer = offered(world, world.shift())
    page = visitors("maya").get("/offers")
    page.post(f"/offers/{offer.id}/refusal", {"reason": "patient SSN 123-45-6789"})
    assert page.status == 422
    assert "123-45-6789" not in page.text
    page.get("/offers").post(f"/offers/{offer.id}/refusal", {"reason": "Too early for me"})
    as_test()
    kept = session.get_one(Offer, offer.id)
    assert (kept.state, kept.note) == (OfferState.DECLINED, "Too early for me")


def test_the_first_page_asks_few_questions_of_the_database_however_many_shifts_there_are(world, visitors, statements):
    for n in range(40):
        world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 25) + timedelta(days=n))
    session.commit()
    maya = visitors("maya")
    statements.clear()
    page = maya.get("/offers")
    assert page.html.count('id="shift-card-') > 20
    assert len(asked(statements)) <= 15, "\n".join(statements)


# ---- a facility's shift page ------------------------------------------------------------------------------------


def test_two_taps_choose_a_candidate_and_the_toast_takes_it_back(world, visitors, as_test):
    shift = world.shift()
    session.commit()
    page = visitors("tom").get(f"/shifts/{shift.id}")
    page.sees("Candidates", "Maya Torres", "Everyone else", "Service line", "Work inside the US")
    page.press("Offer Maya Torres")
    page.sees("Maya Torres is asked.", "Waiting for reply")
    as_test()
    assert count(Offer, Offer.state == OfferState.SENT) == 1
    page.press("Undo").sees("Maya Torres is no longer asked.")
    as_test()
    assert count(Offer, Offer.state == OfferState.SENT) == 0


def test_the_best_few_are_asked_at_once_and_nobody_twice(world, visitors, as_test):
    shift = world.shift()
    session.commit()
    page = visitors("tom").get(f"/shifts/{shift.id}")
    page.press("Send offers", count="2").sees("2 coordinators are asked.")
    page.press("Send offers", count="9").sees("1 coordinator is asked.")
    page.press("Send offers", count="9")
    assert page.status == 409
    page.sees("There is nobody left to ask")
    as_test()
    asked = session.scalars(select(Offer.coordinator_id).where(Offer.shift_id == shift.id)).all()
    assert len(asked) == len(set(asked)) == 3


def test_a_facility_does_not_see_what_the_coordinator_earns_nor_the_coordinator_what_is_billed(world, visitors):
    shift = world.shift(mode=FillMode.FIRST_COME)
    made = booked(world, shift)
    for path in (f"/shifts/{shift.id}", f"/assignments/{made.id}"):
        tom, maya, ada = visitors("tom").get(path), visitors("maya").get(path), visitors("ada").get(path)
        assert "$39.00" in tom.text
        assert "$29.00" not in tom.text
        assert "$29.00" in maya.text
        assert "$39.00" not in maya.text
        ada.sees("$39.00", "$29.00")


def test_everyone_else_is_listed_with_every_reason(world, visitors):
    shift = world.shift(required_credentials=["CMM"], languages=["en", "es"])
    session.commit()
    page = visitors("tom").get(f"/shifts/{shift.id}").follow("Everyone with every reason")
    page.sees(
        "Jonas Lind",
        "No Certified Medical Manager is on file.",
        "Missing language: Spanish.",
        "Devon Blake",
        "Does not work in Prior-Authorization.",
    )


def test_opening_to_all_lets_everyone_who_qualifies_take_it(world, visitors, as_test):
    shift = world.shift()
    session.commit()
    page = visitors("tom").get(f"/shifts/{shift.id}").press("Open to all")
    page.sees("Open to everyone who qualifies")
    visitors("jonas").get("/offers").press("Accept shift").sees("You have this shift.")
    visitors("maya").get(f"/shifts/{shift.id}").sees("Nobody can take this shift at the moment")


def test_who_applied_is_chosen_with_one_button_and_it_is_undone_within_ten_minutes(world, visitors, as_test):
    shift = world.shift()
    session.commit()
    tom = visitors("tom").get(f"/shifts/{shift.id}").press("Ask for applications")
    tom.sees("Coordinators can now apply")
    maya = visitors("maya").get("/offers").press("Apply")
    maya.sees("Applied. The facility chooses")
    tom.get(f"/shifts/{shift.id}").press("Choose Maya Torres").sees("Maya Torres has this shift.")
    tom.press("Undo").sees("Undone. Nothing is booked.")
    as_test()
    assert count(Offer, Offer.state == OfferState.SENT) == 1


def test_the_shift_page_asks_few_questions_of_the_database(world, visitors, statements):
    shift = world.shift(headcount=3, mode=FillMode.FIRST_COME)
    booked(world, shift)
    offered(world, shift, "jonas")
    tom = visitors("tom")
    statements.clear()
    tom.get(f"/shifts/{shift.id}")
    assert tom.status == 200
    assert len(asked(statements)) <= 15, "\n".join(statements)


# ---- one booking ------------------------------------------------------------------------------------------------


def test_the_booking_page_shows_why_the_coordinator_was_eligible_and_the_trail(world, visitors, statements):
    made = booked(world, world.shift(mode=FillMode.FIRST_COME))
    page = visitors("tom")
    statements.clear()
    page.get(f"/assignments/{made.id}")
    assert len(asked(statements)) <= 15
    page.sees(
        "Why Maya Torres was eligible",
        "Worked out again just now from the kept facts: the same answers.",
        "was booked for Prior-Authorization",
    )
    visitors("maya").get(f"/assignments/{made.id}").sees("Why you were eligible", "Undo until")


def test_undo_after_five_minutes_is_refused_with_what_to_do_instead(world, visitors, as_test):
    made = booked(world, world.shift(mode=FillMode.FIRST_COME))
    maya = visitors("maya").get(f"/assignments/{made.id}")
    with clock.frozen_at(NOW + timedelta(minutes=6)):
        maya.press("Undo until")
    assert maya.status == 409
    maya.sees("The time to undo is over. You can still cancel the shift")
    as_test()
    assert session.get_one(Assignment, made.id).state is AssignmentState.BOOKED


def test_a_double_click_books_once_and_says_the_same(world, visitors, as_test):
    offered(world, world.shift())
    maya = visitors("maya").get("/offers")
    before = maya.page
    maya.press("Accept shift")
    maya.page, maya.path = before, "/offers"
    maya.press("Accept shift")
    assert maya.status == 200
    maya.sees("You have this shift.")
    as_test()
    assert count(Assignment) == 1


def test_a_coordinator_confirms_a_shift(world, visitors, as_test):
    made = booked(world, world.shift(mode=FillMode.FIRST_COME))
    visitors("maya").get(f"/assignments/{made.id}").press("I will be there").sees("Confirmed. Thank you.")
    as_test()
    assert session.get_one(Assignment, made.id).state is AssignmentState.CONFIRMED


# ---- whose it is ------------------------------------------------------------------------------------------------


def test_what_belongs_to_others_does_not_exist(world, visitors):
    shift = world.shift(mode=FillMode.FIRST_COME)
    made = booked(world, shift)
    elsewhere = world.shift(day=date(2026, 12, 1))
    offer = offered(world, elsewhere, "jonas")
    lars, maya = visitors("lars"), visitors("maya")
    for path in (
        f"/shifts/{shift.id}",
        f"/shifts/{shift.id}/why-not",
        f"/shifts/{shift.id}/cancellation",
        f"/assignments/{made.id}",
        f"/assignments/{made.id}/cancellation",
        f"/needs/{shift.need_id}/cancellation",
        f"/shifts/{2**63}",
    ):
        assert lars.get(path).status == 404, path
    lars.get("/")
    for path in (
        f"/shifts/{shift.id}/offers/{made.coordinator_id}",
        f"/shifts/{shift.id}/offers",
        f"/shifts/{shift.id}/opening",
        f"/offers/{offer.id}/withdrawal",
        f"/offers/{offer.id}/choice",
        f"/assignments/{made.id}/undo",
        f"/assignments/{made.id}/no-show",
    ):
        assert lars.post(path, token(lars)).status == 404, path
    for path in (f"/offers/{offer.id}/acceptance", f"/offers/{offer.id}/refusal"):
        assert maya.post(path, token(maya)).status == 404, path
    jonas = visitors("jonas")
    assert jonas.get(f"/assignments/{made.id}").status == 404
    assert jonas.get(f"/assignments/{made.id}/cancellation").status == 404


def token(visitor):
    """A page with a form, so that the post that follows carries its token."""
    visitor.get("/account")
    return {}


@pytest.mark.parametrize("who", ["nadia", "bea"])
def test_who_only_approves_or_pays_decides_about_no_shift(world, visitors, who):
    shift, maya = world.shift(), world.maya.id
    session.commit()
    visitor = visitors(who)
    for path in (f"/shifts/{shift.id}/offers/{maya}", f"/shifts/{shift.id}/opening"):
        assert visitor.get("/account").post(path).status == 403


def test_drafts_are_nobodys_but_the_facilitys(world, visitors):
    shift = world.shift(state=NeedState.DRAFT)
    session.commit()
    assert visitors("maya").get(f"/shifts/{shift.id}").status == 404
    assert visitors("tom").get(f"/shifts/{shift.id}").status == 200


# ---- cancelling -------------------------------------------------------------------------------------------------


def test_a_coordinator_sees_what_cancelling_means_before_the_button(world, visitors, as_test):
    made = booked(world, world.shift(day=date(2026, 11, 25), start=time(8, 30), mode=FillMode.FIRST_COME))
    maya = visitors("maya").get(f"/assignments/{made.id}").follow("Cancel…")
    maya.sees("-55 reliability points.", "a worked shift counts 100, this one 45")
    maya.press("Cancel, -55 points", reason="The flu").sees("Canceled. It counts -55 reliability points.")
    as_test()
    kept = session.get_one(Assignment, made.id)
    assert (kept.state, kept.points, kept.cancel_reason) == (AssignmentState.CANCELLED, -55, "The flu")


def test_a_facility_sees_what_cancelling_costs_before_the_button(world, visitors, as_test):
    made = booked(world, world.shift(day=date(2026, 11, 24), start=time(15), mode=FillMode.FIRST_COME))
    tom = visitors("tom").get(f"/assignments/{made.id}/cancellation")
    tom.sees("$78.00 will be billed.")
    assert "$58.00" not in tom.text
    tom.press("Cancel and be billed $78.00").sees("Canceled. $78.00 will be billed for it.")
    as_test()
    assert session.get_one(Assignment, made.id).fee_minutes == 120


def test_when_the_clock_has_moved_to_another_tier_the_page_is_shown_again(world, visitors, as_test):
    made = booked(world, world.shift(day=date(2026, 11, 25), start=time(9, 5), mode=FillMode.FIRST_COME))
    tom = visitors("tom").get(f"/assignments/{made.id}/cancellation")
    tom.sees("Free: the notice is long enough.")
    with clock.frozen_at(NOW + timedelta(minutes=6)):
        tom.press("Cancel this booking")
    assert tom.status == 409
    tom.sees("What cancelling means has changed since you opened the page.")
    as_test()
    assert session.get_one(Assignment, made.id).state is AssignmentState.BOOKED


def test_a_whole_shift_is_cancelled_with_the_sum_shown_before(world, visitors, as_test):
    shift = world.shift(day=date(2026, 11, 24), start=time(15), headcount=2, mode=FillMode.FIRST_COME)
    booked(world, shift, "maya")
    booked(world, shift, "jonas")
    tom = visitors("tom").get(f"/shifts/{shift.id}").follow("Cancel…")
    tom.sees("$156.00", "will be billed for 2 bookings", "Maya Torres", "Jonas Lind")
    tom.press("Cancel and be billed $156.00").sees("Canceled. $156.00 will be billed")
    as_test()
    assert session.get_one(Shift, shift.id).state is ShiftState.CANCELLED
    assert count(Assignment, Assignment.state == AssignmentState.CANCELLED) == 2


def test_a_whole_need_is_cancelled_and_its_offers_are_taken_back(world, visitors, as_test):
    shift = world.shift(day=date(2026, 12, 4))
    offer = offered(world, shift)
    tom = visitors("tom").get(f"/needs/{shift.need_id}/cancellation")
    tom.sees("It costs nothing.", "1 shift that has not begun")
    tom.press("Cancel this need")
    as_test()
    assert session.get_one(Need, shift.need_id).state is NeedState.CANCELLED
    assert session.get_one(Offer, offer.id).state is OfferState.WITHDRAWN


def test_the_agency_says_on_whose_behalf_it_cancels(world, visitors, as_test):
    made = booked(world, world.shift(day=date(2026, 11, 24), start=time(15), mode=FillMode.FIRST_COME))
    ada = visitors("ada").get(f"/assignments/{made.id}/cancellation").sees("Neither side pays when the agency cancels.")
    assert ada
    page = visitors("sam").get(f"/assignments/{made.id}/cancellation").follow("For the facility")
    page.sees("$78.00")
    page.press("Cancel this booking").sees("Canceled. $78.00 will be billed for it.")


def test_a_damaged_cancel_form_changes_nothing(world, visitors, as_test):
    made = booked(world, world.shift(mode=FillMode.FIRST_COME))
    maya = visitors("maya").get(f"/assignments/{made.id}/cancellation")
    for spoilt in (
        {"fee_cents": "x", "points": "0"},
        {"fee_cents": "", "points": ""},
        {"reason": "x" * 501, "fee_cents": "0", "points": "0"},
    ):
        maya.get(f"/assignments/{made.id}/cancellation").post(f"/assignments/{made.id}/cancellation", spoilt)
        assert maya.status == 422, spoilt
    as_test()
    assert session.get_one(Assignment, made.id).state is AssignmentState.BOOKED


def test_a_no_show_is_marked_after_a_quarter_of_an_hour_and_judged_by_the_agency(world, visitors, as_test):
    shift = world.shift(day=date(2026, 11, 24), start=time(10), end=time(16), mode=FillMode.FIRST_COME)
    made = booked(world, shift)
    early, late = shift.starts_at + timedelta(minutes=14), shift.starts_at + timedelta(minutes=15)
    with clock.frozen_at(early):
        tom = visitors("tom")
        tom.get(f"/assignments/{made.id}").post(f"/assignments/{made.id}/no-show")
        assert tom.status == 409
    with clock.frozen_at(late):
        visitors("tom").get(f"/assignments/{made.id}").press("Mark as no-show").sees("Marked. The seat is open again.")
        as_test()
        assert session.get_one(Assignment, made.id).points == -100
        tom = visitors("tom").get(f"/assignments/{made.id}")
        assert tom.post(f"/assignments/{made.id}/excuse").status == 403
        visitors("sam").get(f"/assignments/{made.id}").press("Excuse", reason="Power cut").sees(
            "Excused: it does not count."
        )
    as_test()
    kept = session.get_one(Assignment, made.id)
    assert (kept.state, kept.points) == (AssignmentState.EXCUSED, 0)
