"""Before the agency has activated a facility nobody is asked for it, by whatever way; everybody reads the true reason."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import update

from marketplace.assignments.queries import open_to
from marketplace.booking.booking import book
from marketplace.booking.offers import open_to_all, send_offer, send_to_best
from marketplace.booking.wanted_seats import check_can_be_left
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.coverage import closing
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.kernel import NotAllowedNow, NotYet, Span
from marketplace.needs.extensions import extend
from marketplace.needs.importing import load
from marketplace.needs.models import FillMode
from marketplace.needs.posting import post_draft, post_need, save_draft
from marketplace.needs.quoting import draft_of
from marketplace.needs.rules import NeedState
from marketplace.plans.solver.queries import open_shifts
from tests.needs.test_posting import draft
from tests.world import NOW

NEXT_WEEK = Span(NOW, NOW + timedelta(days=14))
THE_REASON = "The agency has not activated Harbor Family Medicine yet"


def put_back(facility, state=FacilityState.ONBOARDING):
    """The facility as it was before its activation (or paused)."""
    session.execute(update(Facility).where(Facility.id == facility.id).values(state=state, facts_confirmed_at=None))
    session.expire_all()


def told(act, *arguments, **more):
    with pytest.raises(NotYet) as refused:
        act(*arguments, **more)
    return str(refused.value)


def test_nothing_is_posted_resumed_or_extended_for_a_facility_that_is_not_active(world):
    kept = save_draft(draft(world), world.rosa, NOW)
    need = world.need(day=date(2026, 12, 1))
    held = world.need(day=date(2026, 12, 2), state=NeedState.ON_HOLD)
    put_back(world.harbor)
    for act, arguments in (
        (post_need, (draft(world), world.rosa, NOW)),
        (post_need, (draft(world), world.ada, NOW)),
        (post_draft, (kept, draft_of(kept), world.rosa, NOW)),
        (extend, (need, None, (date(2026, 12, 8),), world.rosa, NOW)),
        (closing.resume, (held, world.rosa, NOW)),
    ):
        assert THE_REASON in told(act, *arguments)


def test_the_reason_names_what_is_missing_to_each_side_and_leads_there(world):
    put_back(world.harbor)
    for who, step, link in (
        ("rosa", "Check your facts and sites", "/getting-started"),
        ("ada", "The facility confirms its facts and sites", f"/facilities/{world.harbor.id}/getting-started"),
    ):
        with pytest.raises(NotYet, match=step) as refused:
            post_need(draft(world), getattr(world, who), NOW)
        assert refused.value.link == link
    world.harbor.facts_confirmed_at = NOW
    session.flush()
    assert "Everything is in place" in told(post_need, draft(world), world.rosa, NOW)


@pytest.mark.parametrize("state", [FacilityState.ONBOARDING, FacilityState.PAUSED])
def test_nobody_is_offered_booked_or_planned_for_a_facility_that_is_not_active(world, state):
    shift = world.shift(day=date(2026, 11, 30), mode=FillMode.FIRST_COME)
    maya = world.maya
    assert [row.id for row in open_shifts(NOW, NEXT_WEEK)] == [shift.id]
    assert [row.id for row, _offer in open_to(maya.id, NOW)] == [shift.id]
    put_back(world.harbor, state)
    shift, maya = world.shift(day=date(2026, 12, 1), mode=FillMode.FIRST_COME), world.maya
    told(send_offer, shift, maya, world.rosa, NOW)
    told(send_to_best, shift, 3, world.ada, NOW)
    told(open_to_all, shift, world.ada, NOW)
    told(book, shift, maya, maya.person, NOW)
    assert open_shifts(NOW, NEXT_WEEK) == []
    assert open_to(maya.id, NOW) == []


def test_a_coordinator_reads_no_more_than_that_the_facility_is_not_active(world):
    put_back(world.harbor)
    shift = world.shift(mode=FillMode.FIRST_COME)
    assert told(book, shift, world.maya, world.maya.person, NOW) == f"{THE_REASON}."


def test_a_file_of_needs_says_of_which_facility_nothing_is_posted_yet(world):
    row = "REQ-1,{npi},prior-auth,2026-12-07 09:00,2026-12-07 17:00,,,1,,,en,Epic,40.00,"
    header = (
        "external_ref,facility_npi,service_line,starts_local,ends_local,repeat,until,headcount,"
        "required_credentials,patient_states,languages,ehr,bill_rate,notes"
    )
    file = "\r\n".join([header, row.format(npi=world.harbor.npi)]).encode()
    harbor = world.harbor
    put_back(harbor)
    (refused,) = load(file).refused
    assert (refused.column, THE_REASON in str(refused)) == ("facility_npi", True)
    put_back(harbor, FacilityState.ACTIVE)
    assert load(file).inserted == 1
    put_back(harbor)
    assert (load(file).unchanged, load(file).refused) == (1, [])


# ---- on the pages -----------------------------------------------------------------------------------------------


def test_the_form_is_refused_with_the_reason_and_a_button_to_what_is_missing(world, visitors):
    harbor = world.harbor.id
    put_back(world.harbor)
    session.commit()
    rosa = visitors("rosa").get("/needs/new")
    assert (rosa.status, rosa.heading) == (409, "Not yet")
    rosa.sees(THE_REASON, "Check your facts and sites")
    rosa.follow("See what is missing").sees("Check your facts and sites", "Review")
    for path in ("/needs/new", "/needs/drafts", "/needs/new/preview"):
        assert rosa.post(path).status == 409
        rosa.sees(THE_REASON)
    ada = visitors("ada").get(f"/needs/new?facility={harbor}")
    ada.sees(THE_REASON, "The facility confirms its facts and sites")
    assert ada.follow("See what is missing").path == f"/facilities/{harbor}/getting-started"
    which = visitors("ada").get("/needs/new")
    which.sees("Harbor Family Medicine", "Getting started")
    which.follow("See what is missing Harbor Family Medicine").sees("Harbor Family Medicine")


def test_an_old_draft_and_an_old_shift_say_why_nobody_is_asked(world, visitors):
    kept = save_draft(draft(world), world.rosa, NOW)
    shift = world.shift(day=date(2026, 12, 1))
    key, need, number = shift.id, shift.need_id, kept.id
    put_back(world.harbor)
    session.commit()
    rosa = visitors("rosa").get(f"/needs/{number}/edit")
    rosa.sees(THE_REASON, "See what is missing")
    assert "Post 1 shift" not in rosa.text
    rosa.press("Check price and matches").sees(THE_REASON)
    assert "Fewer must-haves" not in rosa.text
    assert "Candidates" not in rosa.get(f"/shifts/{key}").text
    rosa.sees(THE_REASON)
    rosa.get(f"/needs/{need}").sees(THE_REASON)
    assert "Extend" not in rosa.text


def test_without_a_baa_in_force_the_forecast_does_not_blame_the_must_haves(world, visitors):
    session.execute(
        update(Agreement).where(Agreement.kind == AgreementKind.BAA).values(effective_until=date(2026, 11, 25))
    )
    session.commit()
    fields = {
        "line": "prior-auth", "headcount": "1", "first_day": "2026-11-30", "starts_local": "09:00", "ends_local": "17:00",
    }  # fmt: skip
    rosa = visitors("rosa").get("/needs/new").press("Check price and matches", **fields)
    rosa.sees("No BAA with Harbor Family Medicine is in force on that day", "Look at the agreements")
    assert "Fewer must-haves" not in rosa.text


def test_a_coordinator_who_is_not_active_reads_why_there_are_no_offers(world, visitors):
    session.execute(update(Coordinator).values(state=CoordinatorState.ONBOARDING))
    session.commit()
    maya = visitors("maya").get("/offers")
    maya.sees("You are not active yet", "Check your profile")
    assert "Nothing open fits" not in maya.text
    maya.follow("See your steps").sees("Check your profile")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": CoordinatorState.PAUSED}, "You are paused: nothing new is offered."),
        ({"exclusion_hold": "LEIE"}, "You cannot be booked at the moment: an exclusion screening is being settled."),
    ],
)
def test_whoever_pauses_or_is_on_hold_reads_that_and_keeps_their_next_shift(world, visitors, change, reason):
    book(world.shift(mode=FillMode.FIRST_COME), world.maya, world.rosa, NOW)
    session.execute(update(Coordinator).values(**change))
    session.commit()
    maya = visitors("maya").get("/offers")
    maya.sees(reason, "Your next shift")
    assert "Nothing open fits" not in maya.text


def test_nobody_leaves_a_seat_that_could_not_be_filled_again(world):
    shift = world.shift()
    check_can_be_left(shift)
    put_back(world.harbor, FacilityState.PAUSED)
    with pytest.raises(NotAllowedNow, match="nobody could be found for it"):
        check_can_be_left(world.shift(day=date(2026, 12, 3)))


def test_what_is_refused_before_the_activation_goes_after_it(world):
    put_back(world.harbor)
    told(post_need, draft(world), world.rosa, NOW)
    put_back(world.harbor, FacilityState.ACTIVE)
    assert post_need(draft(world, start=time(8)), world.rosa, NOW).posted_at == datetime(
        2026, 11, 24, 15, tzinfo=NOW.tzinfo
    )
    bind_actor(SYSTEM)
