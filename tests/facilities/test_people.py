"""Whom a facility knows, and what both sides want of each other, without the other learning of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from marketplace.assignments.models import Assignment, load_options
from marketplace.assignments.rules import AssignmentState
from marketplace.audit.models import AuditEntry
from marketplace.booking.booking import book
from marketplace.booking.offers import send_offer
from marketplace.coordinators.models import TimeOff
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.eligibility.candidates import ranked
from marketplace.facilities.models import Preference, PreferenceKind, PreferenceSide
from marketplace.facilities.preferences import prefer, stop_preferring
from marketplace.kernel import Invalid, NotAllowedNow
from marketplace.matching.facts import Weights
from marketplace.matching.scoring import favourite_of_facility
from marketplace.needs.models import Shift
from tests.world import NOW

FACILITY, COORDINATOR = PreferenceSide.FACILITY, PreferenceSide.COORDINATOR


@pytest.fixture
def maya_id(world):
    """Maya is booked at Harbor on Monday; Jonas has an offer there; nobody else was ever asked."""
    book(world.shift(), world.maya, by=world.rosa, at=NOW)
    send_offer(world.shift(), world.jonas, by=world.rosa, at=NOW)
    return world.maya.id


@pytest.fixture
def aisha_id(world):
    return world.aisha.id


@pytest.fixture
def rosa(maya_id, aisha_id, visitors):
    return visitors("rosa")


def live(side):
    bind_actor(SYSTEM)
    session.expire_all()
    return session.scalars(select(Preference).where(Preference.side == side, Preference.ended_at.is_(None))).all()


def test_those_who_work_here_or_were_asked_are_known_and_nobody_else(rosa):
    rosa.get("/people").sees("2 coordinators know you", "Maya Torres", "Jonas Lind", "Mon, Nov 30")
    assert "Aisha Rahman" not in rosa.text


def test_a_coordinator_the_facility_never_dealt_with_does_not_exist(rosa, aisha_id):
    assert rosa.get(f"/people/{aisha_id}").status == 404
    assert rosa.get("/people/0").status == 404
    assert rosa.get(f"/people/{2**64}").status == 404
    rosa.get("/people")
    for act in ("favorite", "favorite/end", "do-not-return", "do-not-return/end"):
        rosa.post(f"/people/{aisha_id}/{act}", {"reason": "No."})
        assert rosa.status == 404, act
    assert live(FACILITY) == []


def test_worked_shifts_make_a_coordinator_the_one_who_knows_the_work(rosa, maya_id):
    bind_actor(SYSTEM)
    session.execute(
        update(Assignment).where(Assignment.coordinator_id == maya_id).values(state=AssignmentState.COMPLETED)
    )
    rosa.get("/people").sees("Who knows your work best", "1 shift", "No backup yet")


def test_a_favorite_with_one_tap_and_back_with_undo(rosa, maya_id):
    rosa.get(f"/people/{maya_id}").press("Make a favorite").sees("Maya Torres is a favorite now.")
    (wanted,) = live(FACILITY)
    assert (wanted.coordinator_id, wanted.kind) == (maya_id, PreferenceKind.FAVOURITE)
    rosa.press("Undo").sees("no longer a favorite")
    assert live(FACILITY) == []


def test_a_do_not_return_has_a_reason_takes_a_coordinator_out_of_the_running_and_can_end(rosa, world, maya_id):
    rosa.get(f"/people/{maya_id}").press("Do not return", reason="Three times late for hand-over.")
    rosa.sees("is not offered to you any more.", "1 shift is still booked", "Three times late for hand-over.")
    bind_actor(SYSTEM)
    assert maya_id not in {one.facts.id for one in ranked(world.shift(), NOW).eligible}
    assert session.scalars(select(Assignment.state).where(Assignment.coordinator_id == maya_id)).all() == [
        AssignmentState.BOOKED
    ]
    rosa.press("May come back").sees("may be offered to you again")
    bind_actor(SYSTEM)
    assert maya_id in {one.facts.id for one in ranked(world.shift(day=NOW.date() + timedelta(days=8)), NOW).eligible}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "x" * 20_000, "SSN 078-05-1120", "a\x00b"])
def test_a_reason_that_is_missing_too_long_or_about_a_patient_is_refused(rosa, maya_id, reason):
    rosa.get(f"/people/{maya_id}").press("Do not return", reason=reason)
    assert rosa.status == 422
    assert rosa.page.all("p", class_="field-error")
    assert live(FACILITY) == []


def test_a_do_not_return_takes_the_place_of_a_favorite_and_both_stay_in_the_history(world, maya_id):
    rosa, harbor = world.rosa, world.harbor.id
    prefer(harbor, maya_id, FACILITY, PreferenceKind.FAVOURITE, name="Harbor or Maya", by=rosa, at=NOW)
    prefer(
        harbor,
        maya_id,
        FACILITY,
        PreferenceKind.BLOCK,
        name="Harbor or Maya",
        by=rosa,
        at=NOW + timedelta(hours=1),
        reason="Late.",
    )
    assert [one.kind for one in live(FACILITY)] == [PreferenceKind.BLOCK]
    assert session.scalar(select(func.count()).select_from(Preference)) == 2


def test_wanting_the_same_again_changes_nothing(world, maya_id):
    for _ in range(2):
        prefer(
            world.harbor.id, maya_id, FACILITY, PreferenceKind.FAVOURITE, name="Harbor or Maya", by=world.rosa, at=NOW
        )
    assert session.scalar(select(func.count()).select_from(Preference)) == 1


def test_a_facility_gives_a_reason_a_coordinator_need_not(world, maya_id):
    with pytest.raises(Invalid, match="Write why"):
        prefer(world.harbor.id, maya_id, FACILITY, PreferenceKind.BLOCK, name="Harbor or Maya", by=world.rosa, at=NOW)
    assert (
        prefer(
            world.harbor.id,
            maya_id,
            COORDINATOR,
            PreferenceKind.BLOCK,
            name="Harbor or Maya",
            by=world.maya.person,
            at=NOW,
        ).reason
        == ""
    )


def test_ending_what_was_never_wanted_does_nothing(world, maya_id):
    assert (
        stop_preferring(
            world.harbor.id, maya_id, FACILITY, PreferenceKind.BLOCK, name="Harbor or Maya", by=world.rosa, at=NOW
        )
        is None
    )


def test_a_preference_stands_in_the_trail_of_its_own_side_only(world, maya_id):
    prefer(
        world.harbor.id,
        maya_id,
        FACILITY,
        PreferenceKind.BLOCK,
        name="Harbor or Maya",
        by=world.rosa,
        at=NOW,
        reason="Late.",
    )
    prefer(
        world.harbor.id, maya_id, COORDINATOR, PreferenceKind.BLOCK, name="Harbor or Maya", by=world.maya.person, at=NOW
    )
    session.flush()
    entries = session.execute(
        select(AuditEntry.facility_id, AuditEntry.coordinator_id)
        .where(AuditEntry.thing == "preference")
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in entries] == [(world.harbor.id, None), (None, maya_id)]


@pytest.mark.parametrize("who", ["nadia", "bea"])
def test_only_those_who_choose_coordinators_keep_favorites(visitors, maya_id, who):
    visitor = visitors(who)
    visitor.get("/people")
    assert visitor.status == (200 if who == "nadia" else 403)
    assert not [b for b in visitor.page.all("button") if b.text.startswith("Favorite")]
    visitor.post(f"/people/{maya_id}/favorite")
    assert visitor.status == 403


def test_another_facility_does_not_know_harbors_people(visitors, maya_id):
    lars = visitors("lars")
    lars.get("/people").sees("Nobody yet.")
    assert lars.get(f"/people/{maya_id}").status == 404


def test_the_list_is_searched_filtered_sorted_and_exported(rosa):
    assert "Maya" not in rosa.get("/people?q=jon").text
    rosa.get("/people?kind=favourite").sees("Nobody fits these filters.")
    for sort in ("name", "-rating", "hours", "-shifts", "last", "nonsense"):
        assert rosa.get(f"/people?sort={sort}").status == 200
    lines = rosa.get("/people/export.csv").html.strip().splitlines()
    assert len(lines) == 3
    assert "22.00" not in "".join(lines)


def test_the_agency_is_told_where_it_finds_everybody(visitors):
    assert visitors("ada").get("/people").status == 404


@pytest.mark.parametrize("path", ["/people", "/people/{}"])
def test_each_page_asks_the_database_at_most_fifteen_times(rosa, maya_id, statements, path):
    path = path.format(maya_id)
    rosa.get(path)
    statements.clear()
    assert rosa.get(path).status == 200
    assert len([s for s in statements if not s.startswith("SET CONSTRAINTS")]) <= 15


# ---- the other direction ----------------------------------------------------------------------------------------


def test_maya_keeps_places_she_likes_and_places_she_does_not_want(visitors, world, maya_id):
    riverside = world.riverside.id
    maya = visitors("maya").get("/me/places")
    maya.sees("Harbor Family Medicine")
    assert "Riverside" not in maya.text
    maya.press("Favorite").sees("is a favorite now")
    maya.press("Remove").sees("one place among others again")
    maya.press("Do not offer").sees(
        "is not offered to you any more.", "1 shift there stays booked.", "Not offered to you"
    )
    assert [one.kind for one in live(COORDINATOR)] == [PreferenceKind.BLOCK]
    for act in ("favorite", "block", "preference/end"):
        maya.post(f"/me/places/{riverside}/{act}")
        assert maya.status == 404


def test_what_maya_does_not_want_is_not_offered_and_the_facility_does_not_learn_why(visitors, world, maya_id):
    visitors("maya").get("/me/places").press("Do not offer")
    bind_actor(SYSTEM)
    assert maya_id not in {one.facts.id for one in ranked(world.shift(), NOW).eligible}
    rosa = visitors("rosa").get(f"/people/{maya_id}")
    assert "Not offered" not in rosa.text


# ---- what a facility reads of it ---------------------------------------------------------------------------------


@pytest.fixture
def blocking(world):
    """Maya and Aisha do not want to work for Harbor; Jonas takes the day off. Nothing else is in their way."""
    for who in (world.maya, world.aisha):
        prefer(
            world.harbor.id, who.id, COORDINATOR, PreferenceKind.BLOCK, name="Harbor", by=who.person, at=NOW
        )  # fmt: skip
    shift = world.shift()
    add_time_off(world.jonas, shift.starts_at, shift.ends_at)
    session.commit()
    return shift.id


def add_time_off(coordinator, starts_at, ends_at):
    session.add(TimeOff(coordinator_id=coordinator.id, starts_at=starts_at, ends_at=ends_at))
    session.flush()


def told_about(shift_id, visitor):
    """All texts a facility's or the agency's pages have about who may not take a shift."""
    return visitor.get(f"/shifts/{shift_id}").text + visitor.get(f"/shifts/{shift_id}/why-not").text


def test_a_facility_reads_the_same_of_a_block_as_of_a_day_off(visitors, blocking):
    rosa = visitors("rosa")
    read = told_about(blocking, rosa)
    assert "Not available for this shift." in read
    for word in ("chosen not to work", "Blocked by", "blocked", "Time off", "stated availability"):
        assert word not in read, word
    agency = told_about(blocking, visitors("ada"))
    assert "The coordinator has chosen not to work for this facility." in agency
    assert "Blocked by the coordinator" in agency
    assert "Time off from" in agency


def test_the_counts_a_facility_reads_do_not_tell_a_block_from_a_day_off(world, blocking):
    bind_actor(SYSTEM)
    shift = session.get_one(Shift, blocking, options=load_options())
    everything, told = ranked(shift, NOW), ranked(shift, NOW, for_facility=True)
    assert everything.counts["coordinator_block"] == 2
    assert not {"coordinator_block", "time_off"} & set(told.counts)
    private = {"coordinator_block", "time_off", "availability"}
    assert told.counts["availability"] == sum(
        bool({verdict.rule for verdict in one.objections()} & private) for one in everything.ineligible
    )
    assert [len(one.objections()) for one in told.ineligible] == sorted(
        len(one.objections()) for one in told.ineligible
    )


def test_whom_a_facility_asks_in_spite_of_a_block_is_refused_with_the_neutral_reason(world, blocking):
    bind_actor(SYSTEM)
    shift = session.get_one(Shift, blocking, options=load_options())
    with pytest.raises(NotAllowedNow) as told:
        send_offer(shift, world.maya, by=world.rosa, at=NOW)
    assert "Not available for this shift." in str(told.value)
    assert "chosen" not in str(told.value)
    with pytest.raises(NotAllowedNow, match="chosen not to work"):
        send_offer(shift, world.maya, by=world.ada, at=NOW)
    with pytest.raises(NotAllowedNow, match="Not available"):
        book(shift, world.maya, by=world.rosa, at=NOW)


def test_a_favorite_of_the_coordinator_gives_no_points_that_the_facility_sees(world, visitors):
    prefer(
        world.harbor.id, world.maya.id, COORDINATOR, PreferenceKind.FAVOURITE, name="Harbor", by=world.maya.person, at=NOW
    )  # fmt: skip
    made = book(world.shift(), world.maya, by=world.rosa, at=NOW)
    session.commit()
    number, other = made.id, world.shift(day=NOW.date() + timedelta(days=8))
    session.commit()
    open_shift = other.id
    for path in (f"/assignments/{number}", f"/shifts/{open_shift}"):
        assert "favorite of the coordinator" not in visitors("rosa").get(path).text, path
        assert "The facility is a favorite of the coordinator" in visitors("ada").get(path).text, path
    bind_actor(SYSTEM)
    session.expire_all()
    other = session.get_one(Shift, open_shift, options=load_options())
    told = next(one for one in ranked(other, NOW, for_facility=True).eligible if one.facts.id == world.maya.id)
    full = next(one for one in ranked(other, NOW).eligible if one.facts.id == world.maya.id)
    most = Weights().favourite
    assert full.score.total - told.score.total == most - favourite_of_facility(most) > 0
    assert sum(part.points for part in told.score.parts) == told.score.total


# ---- what the agency reads of it ---------------------------------------------------------------------------------


@pytest.fixture
def forbidden(world, maya_id):
    prefer(
        world.harbor.id, maya_id, FACILITY, PreferenceKind.BLOCK, name="Maya Torres", by=world.rosa, at=NOW,
        reason="Three times late for hand-over.",
    )  # fmt: skip
    session.commit()
    return world.harbor.id, maya_id


def test_the_agency_reads_why_somebody_shall_not_return_from_both_their_pages(visitors, forbidden):
    facility, maya = forbidden
    ada = visitors("ada")
    for page in (f"/facilities/{facility}", f"/coordinators/{maya}"):
        ada.get(page).follow("Favorites and do-not-return").sees(
            "Harbor Family Medicine", "Maya Torres", "Do not return", "Three times late for hand-over."
        )
    ada.get("/preferences?side=coordinator").sees("Nobody has chosen anything that fits these filters.")
    ada.get(f"/preferences?facility={facility + 10**6}").sees("Nobody has chosen anything that fits these filters.")
    ada.get("/preferences?q=maya&kind=block").sees("Three times late for hand-over.")
    ada.get("/audit/?thing=preference").sees("Do-not-return: Maya Torres. Reason: Three times late for hand-over.")


def test_an_ended_do_not_return_is_found_among_the_ended_ones(world, visitors, forbidden):
    stop_preferring(*forbidden, FACILITY, PreferenceKind.BLOCK, name="Maya Torres", by=world.rosa, at=NOW)
    session.commit()
    ada = visitors("ada").get("/preferences")
    assert "Three times late" not in ada.text
    ada.get("/preferences?show=past").sees("Three times late for hand-over.", "ended on")


def test_the_reason_is_nothing_a_coordinator_reads(visitors, forbidden):
    maya = visitors("maya")
    assert maya.get("/preferences").status == 403
    assert maya.get("/audit/?thing=preference").status == 403
    assert "Three times late" not in maya.get("/me/places").text + maya.get("/offers").text


def test_a_facility_has_no_list_of_what_others_want_of_each_other(visitors, forbidden):
    assert visitors("lars").get("/preferences").status == 403
    assert visitors("rosa").get("/preferences").status == 403
