"""A coordinator is asked whether another shift would suit instead of theirs: a yes moves them, anything else changes nothing."""

from contextlib import contextmanager
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer_group

from marketplace.assignments.models import PROOF, Assignment, CancelledBy, Offer, Reassignment, load_options
from marketplace.assignments.rules import AssignmentState, OfferState, ReassignmentState, reassignment_expiry
from marketplace.audit.models import AuditEntry
from marketplace.booking import offers, reassignments
from marketplace.booking.booking import book
from marketplace.booking.cancelling import cancel, cancel_shift
from marketplace.booking.kept_decision import kept_verdicts, replay
from marketplace.booking.notifications import notify_booked, notify_move_answered, notify_move_withdrawn
from marketplace.booking.reassignment_requests import ReassignmentStep, ask
from marketplace.booking.tasks import end_moves
from marketplace.coverage.closing import hold
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.eligibility.assessment import Assessment
from marketplace.kernel import ChangedMeanwhile, Invalid, NotAllowedNow, clock
from marketplace.messaging.models import Letter, Notice
from marketplace.needs.models import FillMode, Need, Shift
from tests.world import NOW

MONDAY = date(2026, 11, 30)
HOUR = timedelta(hours=1)


def again(thing):
    """As it stands now, looked at by the system: a page before may have left somebody else asking."""
    bind_actor(SYSTEM)
    return session.get_one(type(thing), thing.id, populate_existing=True)


def whole(shift):
    return session.scalars(select(Shift).where(Shift.id == shift.id).options(*load_options())).one()


def states(*things):
    return [again(thing).state for thing in things]


def booked_on(shift):
    """Who has a seat."""
    bind_actor(SYSTEM)
    rows = session.scalars(select(Assignment).where(Assignment.shift_id == shift.id).order_by(Assignment.id))
    return [row.coordinator_id for row in rows if row.is_live]


class Asked:
    """Maya has Riverside's shift on Monday, is asked for Harbor's at that time, and Jonas is free for that of Maya."""

    def __init__(self, world, **more):
        self.here = world.shift(day=MONDAY, **more)
        self.left = world.shift(world.riverside, day=MONDAY, start=time(10), end=time(14))
        self.held = book(self.left, world.maya, world.lars, NOW - 2 * HOUR)
        session.flush()
        self.move = ask(
            whole(self.here), [ReassignmentStep(world.maya.id, self.left.id)], world.jonas.id, world.sam, NOW
        )
        session.flush()

    def unchanged(self):
        """Maya still has the same shift, and nobody got the other one."""
        return again(self.held).state is AssignmentState.BOOKED and self.held.coordinator_id not in booked_on(self.here)


@pytest.fixture
def asked(world):
    return Asked(world)


class InAChain:
    """Harbor's scribe shift is Aisha's alone to take; Jonas could take Aisha's, and Maya, who turned Aisha's down, Jonas's."""

    def __init__(self, world):
        self.here = world.shift(day=MONDAY, line="medical-scribe")
        self.aishas = world.shift(day=MONDAY)
        self.jonass = world.shift(world.riverside, day=MONDAY, line="medical-billing")
        offers.turn_down(self.aishas, world.maya, world.maya.person, NOW - 3 * HOUR)
        self.aisha = book(self.aishas, world.aisha, world.rosa, NOW - 2 * HOUR)
        self.jonas = book(self.jonass, world.jonas, world.lars, NOW - 2 * HOUR)
        session.flush()
        steps = [ReassignmentStep(world.aisha.id, self.aishas.id), ReassignmentStep(world.jonas.id, self.jonass.id)]
        self.second = ask(whole(self.here), steps, world.maya.id, world.sam, NOW)
        session.flush()
        self.first = session.get_one(Reassignment, self.second.after_id)

    def unchanged(self):
        return states(self.aisha, self.jonas) == [AssignmentState.BOOKED] * 2 and not booked_on(self.here)


@pytest.fixture
def chain(world):
    return InAChain(world)


# ---- yes --------------------------------------------------------------------------------------------------------


def test_a_yes_moves_the_coordinator_and_proves_why_they_may(world, asked):
    reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert states(asked.move, asked.held) == [ReassignmentState.ACCEPTED, AssignmentState.RELEASED]
    assert booked_on(asked.here) == [world.maya.id]
    assert booked_on(asked.left) == []
    made = session.scalars(
        select(Assignment).where(Assignment.shift_id == asked.here.id).options(undefer_group(PROOF))
    ).one()
    assert (made.id, made.booked_by_id) == (asked.move.became_id, world.maya.person_id)
    assert made.verdicts
    assert made.score["total"] > 0
    assert [verdict.outcome for verdict in replay(made)] == [v.outcome for v in kept_verdicts(made)]


def test_moving_costs_the_coordinator_neither_points_nor_a_fee_and_the_trail_says_why(world, asked):
    reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    left = again(asked.held)
    assert (left.points, left.fee_minutes, left.notice_minutes, left.cancelled_by) == (0, None, None, None)
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.thing == "assignment", AuditEntry.thing_id == left.id, AuditEntry.act == "release")
    ).one()  # fmt: skip
    assert entry.person_id == world.maya.person_id
    assert entry.sentence.endswith("gave up Prior-Authorization on Nov 30, 2026 at Riverside Medical Center for another "
                                   "shift, as the agency had asked: no points, no fee.")  # fmt: skip


def test_the_facility_that_is_left_does_not_read_where_the_coordinator_went(world, asked):
    reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    seen = session.scalars(select(AuditEntry.sentence).where(AuditEntry.facility_id == world.riverside.id)).all()
    assert seen
    assert not [sentence for sentence in seen if "Harbor" in sentence]


def test_the_coordinator_who_is_free_for_the_shift_that_was_left_is_offered_it_at_once(world, asked):
    reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    offer = session.scalars(select(Offer).where(Offer.shift_id == asked.left.id)).one()
    assert (offer.coordinator_id, offer.state) == (world.jonas.id, OfferState.SENT)


def test_where_that_one_is_not_free_any_more_the_next_best_are_asked(world, asked):
    other = world.shift(world.riverside, day=MONDAY, line="medical-billing")
    book(other, world.jonas, world.lars, NOW)
    session.flush()
    reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    offered = set(session.scalars(select(Offer.coordinator_id).where(Offer.shift_id == asked.left.id)))
    assert offered
    assert not offered & {world.jonas.id, world.maya.id}


def test_offers_of_others_for_that_seat_no_longer_stand(world, asked):
    offer = offers.send_offer(whole(asked.here), world.aisha, world.rosa, NOW)
    reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert again(offer).state is OfferState.SUPERSEDED
    assert again(offer).superseded_by_id == asked.move.became_id


def test_a_move_is_not_undone_as_an_acceptance_is(world, asked):
    reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    made = session.get_one(Assignment, asked.move.became_id)
    assert made.undo_until is None


# ---- not yes ----------------------------------------------------------------------------------------------------


def test_asking_moves_nobody_and_neither_does_a_no(world, asked):
    assert asked.unchanged()
    reassignments.decline(asked.move, world.maya.person, NOW + HOUR)
    assert again(asked.move).state is ReassignmentState.DECLINED
    assert asked.unchanged()
    assert session.scalars(select(Offer)).all() == []


def test_the_faster_one_has_the_shift_and_the_asked_one_keeps_theirs(world, asked):
    book(whole(asked.here), world.jonas, world.rosa, NOW)
    session.flush()
    with pytest.raises(NotAllowedNow, match="This shift has just been taken"):
        reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert asked.unchanged()
    assert again(asked.move).state is ReassignmentState.ASKED


def test_a_cancelled_shift_moves_nobody(world, asked):
    cancel_shift(whole(asked.here), world.rosa, NOW, CancelledBy.FACILITY)
    with pytest.raises(NotAllowedNow, match="This shift was canceled"):
        reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert asked.unchanged()


def test_a_need_on_hold_moves_nobody(world, asked):
    hold(session.get_one(Need, asked.here.need_id), world.rosa, NOW)
    with pytest.raises(NotAllowedNow, match="put this need on hold"):
        reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert asked.unchanged()


def test_a_seat_that_nobody_would_be_found_for_is_not_left(world, asked):
    hold(session.get_one(Need, asked.left.need_id), world.lars, NOW)
    with pytest.raises(NotAllowedNow, match="need that is on hold"):
        reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert asked.unchanged()


def without_training(world):
    for paper in session.scalars(
        select(Credential).where(Credential.coordinator_id == world.maya.id, Credential.type == "hipaa-training")
    ):
        paper.state = CredentialState.REVOKED
    session.flush()


def test_the_rules_are_asked_again_at_the_yes(world, asked):
    without_training(world)
    with pytest.raises(NotAllowedNow, match=r"You cannot take this shift: .*HIPAA"):
        reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert asked.unchanged()


def test_without_asking_the_rules_again_maya_would_work_without_training(world, asked, monkeypatch):
    """The test above would notice: this is it, without what it is about."""
    monkeypatch.setattr(Assessment, "objections", lambda assessment: [])
    without_training(world)
    reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert booked_on(asked.here) == [world.maya.id]


def test_a_shift_that_is_gone_cannot_be_given_up(world, asked):
    cancel(asked.held, world.lars, NOW, CancelledBy.FACILITY)
    with pytest.raises(NotAllowedNow, match="You no longer have the shift you were asked to give up"):
        reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert booked_on(asked.here) == []


def test_a_shift_that_pays_otherwise_than_was_shown_is_looked_at_again(world, asked):
    saw = reassignments.preview(asked.here)
    again(asked.here).pay_rate_cents -= 100
    session.flush()
    with pytest.raises(ChangedMeanwhile):
        reassignments.accept(asked.move, world.maya.person, NOW + HOUR, saw)
    assert asked.unchanged()


# ---- time, and what is over -------------------------------------------------------------------------------------


def test_a_question_waits_as_long_as_an_offer_and_never_until_either_shift_begins(asked):
    assert asked.move.expires_at == NOW + 24 * HOUR
    assert reassignment_expiry(NOW, NOW + 6 * HOUR) == NOW + 4 * HOUR
    assert reassignment_expiry(NOW, NOW + 2 * HOUR) == NOW + HOUR
    assert reassignment_expiry(NOW, NOW + 6 * HOUR, 2) == NOW + 2 * HOUR


def test_after_its_last_instant_the_question_is_over_and_the_job_writes_it_down(world, asked):
    late = asked.move.expires_at
    with pytest.raises(NotAllowedNow, match="The time to answer this question is over"):
        reassignments.accept(asked.move, world.maya.person, late)
    assert again(asked.move).state_at(late) is ReassignmentState.EXPIRED
    with clock.frozen_at(late):
        assert end_moves() == 1
    assert again(asked.move).state is ReassignmentState.EXPIRED
    assert asked.unchanged()


def test_a_question_about_a_seat_that_is_taken_ends_by_itself(world, asked):
    book(whole(asked.here), world.jonas, world.rosa, NOW)
    session.flush()
    assert reassignments.end_those_over(NOW + HOUR) == 1
    assert again(asked.move).state is ReassignmentState.WITHDRAWN
    assert reassignments.end_those_over(NOW + HOUR) == 0


def test_the_agency_withdraws_and_there_is_nothing_to_answer(world, asked):
    reassignments.withdraw(asked.move, world.sam, NOW)
    with pytest.raises(NotAllowedNow, match="This question was withdrawn"):
        reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    with pytest.raises(NotAllowedNow, match="This question was withdrawn"):
        reassignments.withdraw(asked.move, world.sam, NOW)
    assert asked.unchanged()


def test_one_question_about_a_booking_at_a_time_and_after_its_time_another(world, asked):
    steps = [ReassignmentStep(world.maya.id, asked.left.id)]
    with pytest.raises(NotAllowedNow, match="Maya Torres is being asked about this shift already"):
        ask(whole(asked.here), steps, None, world.sam, NOW + HOUR)
    anew = ask(whole(asked.here), steps, None, world.sam, asked.move.expires_at)
    assert states(asked.move, anew) == [ReassignmentState.EXPIRED, ReassignmentState.ASKED]


def test_nobody_is_asked_in_vain(world):
    here, left = world.shift(day=MONDAY, line="triage"), world.shift(day=MONDAY)
    with pytest.raises(NotAllowedNow, match="no longer has the other shift"):
        ask(whole(here), [ReassignmentStep(world.maya.id, left.id)], None, world.sam, NOW)
    book(left, world.maya, world.rosa, NOW)
    with pytest.raises(NotAllowedNow, match="Maya Torres cannot take this shift"):
        ask(whole(here), [ReassignmentStep(world.maya.id, left.id)], None, world.sam, NOW)
    with pytest.raises(Invalid):
        ask(whole(here), [ReassignmentStep(world.maya.id, here.id)], None, world.sam, NOW)
    with pytest.raises(Invalid):
        ask(whole(here), [], None, world.sam, NOW)


def test_of_two_who_are_asked_the_first_yes_counts_and_the_other_keeps_theirs(world, asked):
    theirs = world.shift(day=MONDAY, line="medical-billing")
    held = book(theirs, world.jonas, world.rosa, NOW)
    session.flush()
    other = ask(whole(asked.here), [ReassignmentStep(world.jonas.id, theirs.id)], None, world.sam, NOW)
    reassignments.accept(asked.move, world.maya.person, NOW + HOUR)
    assert states(other, held) == [ReassignmentState.WITHDRAWN, AssignmentState.BOOKED]
    with pytest.raises(NotAllowedNow, match="withdrawn"):
        reassignments.accept(other, world.jonas.person, NOW + HOUR)


# ---- a chain of two ---------------------------------------------------------------------------------------------


def test_the_last_of_a_chain_is_asked_first_and_nobody_moves_on_that_yes_alone(world, chain):
    assert states(chain.first, chain.second) == [ReassignmentState.PLANNED, ReassignmentState.ASKED]
    with pytest.raises(NotAllowedNow, match="has not been asked yet"):
        reassignments.accept(chain.first, world.aisha.person, NOW)
    reassignments.accept(chain.second, world.jonas.person, NOW + HOUR)
    assert states(chain.first, chain.second) == [ReassignmentState.ASKED, ReassignmentState.AGREED]
    assert chain.unchanged()
    with pytest.raises(NotAllowedNow, match="You have said yes already"):
        reassignments.accept(chain.second, world.jonas.person, NOW + HOUR)


def test_when_everybody_has_said_yes_all_move_together_and_every_seat_has_one_person(world, chain):
    reassignments.accept(chain.second, world.jonas.person, NOW + HOUR)
    reassignments.accept(chain.first, world.aisha.person, NOW + 2 * HOUR)
    assert states(chain.first, chain.second) == [ReassignmentState.ACCEPTED] * 2
    assert states(chain.aisha, chain.jonas) == [AssignmentState.RELEASED] * 2
    assert booked_on(chain.here) == [world.aisha.id]
    assert booked_on(chain.aishas) == [world.jonas.id]
    assert booked_on(chain.jonass) == []
    offer = session.scalars(select(Offer).where(Offer.shift_id == chain.jonass.id)).one()
    assert (offer.coordinator_id, offer.state) == (world.maya.id, OfferState.SENT)
    made = session.get_one(Assignment, again(chain.second).became_id)
    assert made.booked_by_id == world.jonas.person_id


@pytest.mark.parametrize("how", ["first says no", "second thinks better of it", "withdrawn", "time is up"])
def test_a_chain_that_breaks_moves_nobody(world, chain, how):
    reassignments.accept(chain.second, world.jonas.person, NOW + HOUR)
    if how == "first says no":
        reassignments.decline(chain.first, world.aisha.person, NOW + 2 * HOUR)
        ended = [ReassignmentState.DECLINED, ReassignmentState.WITHDRAWN]
    elif how == "second thinks better of it":
        reassignments.decline(chain.second, world.jonas.person, NOW + 2 * HOUR)
        ended = [ReassignmentState.WITHDRAWN, ReassignmentState.DECLINED]
    elif how == "withdrawn":
        reassignments.withdraw(chain.first, world.sam, NOW + 2 * HOUR)
        ended = [ReassignmentState.WITHDRAWN] * 2
    else:
        assert chain.first.expires_at == chain.second.expires_at
        reassignments.end_those_over(chain.first.expires_at)
        ended = [ReassignmentState.EXPIRED, ReassignmentState.WITHDRAWN]
    assert states(chain.first, chain.second) == ended
    assert chain.unchanged()


def test_a_seat_is_not_left_when_whoever_agreed_to_take_it_no_longer_can(world, chain):
    reassignments.accept(chain.second, world.jonas.person, NOW + HOUR)
    for paper in session.scalars(
        select(Credential).where(Credential.coordinator_id == world.jonas.id, Credential.type == "hipaa-training")
    ):
        paper.state = CredentialState.REVOKED
    session.flush()
    with pytest.raises(NotAllowedNow, match="Your seat would stay empty"):
        reassignments.accept(chain.first, world.aisha.person, NOW + 2 * HOUR)
    assert chain.unchanged()
    assert again(chain.first).state is ReassignmentState.ASKED


def test_somebody_who_agreed_and_gave_the_shift_back_since_holds_nobody_up(world, chain):
    reassignments.accept(chain.second, world.jonas.person, NOW + HOUR)
    cancel(again(chain.jonas), world.jonas.person, NOW + HOUR, CancelledBy.COORDINATOR)
    with pytest.raises(NotAllowedNow, match="not needed any more"):
        reassignments.accept(chain.first, world.aisha.person, NOW + 2 * HOUR)
    assert reassignments.end_those_over(NOW + 2 * HOUR) == 2
    assert again(chain.aisha).state is AssignmentState.BOOKED


# ---- who is told ------------------------------------------------------------------------------------------------


@contextmanager
def in_a_worker():
    session.commit()
    bind_actor(SYSTEM)
    yield


def told(person_id):
    return session.scalars(select(Notice.sentence).where(Notice.person_id == person_id).order_by(Notice.id)).all()


def test_everybody_hears_who_works_where_in_the_end(world, asked):
    reassignments.accept(asked.move, world.maya.person, NOW)
    with in_a_worker():
        notify_booked(asked.move.became_id)
        notify_move_answered(asked.move.id)
    assert any(s.startswith("Maya Torres works Prior-Authorization at Harbor") for s in told(world.rosa.id))
    assert any(
        s.startswith("Maya Torres no longer works Prior-Authorization at Riverside") for s in told(world.lars.id)
    )
    assert any(s.startswith("Maya Torres was reassigned and works") for s in told(world.sam.id))
    letter = told(world.maya.person_id)[-1]
    assert letter.startswith("You work Prior-Authorization at Harbor Family Medicine")
    assert "instead of Prior-Authorization at Riverside Medical Center" in letter
    assert session.scalars(select(Letter).where(Letter.kind == "booked")).one().to == "maya@people.example"


def test_the_agency_hears_a_no_and_the_coordinator_that_no_answer_is_needed(world, asked):
    reassignments.decline(asked.move, world.maya.person, NOW)
    with in_a_worker():
        notify_move_answered(asked.move.id)
    assert told(world.sam.id)[-1].startswith("Maya Torres keeps Prior-Authorization at Riverside Medical Center")
    anew = ask(whole(asked.here), [ReassignmentStep(world.maya.id, asked.left.id)], None, world.sam, NOW)
    reassignments.withdraw(anew, world.sam, NOW)
    with in_a_worker():
        notify_move_withdrawn(anew.id)
    assert told(world.maya.person_id)[-1].startswith(
        "The question about a reassignment is over: you keep Prior-Authorization"
    )


# ---- the coordinator's pages --------------------------------------------------------------------------------------------------


def test_the_first_page_shows_both_shifts_and_one_tap_moves_the_coordinator(world, asked, client):
    page = client.sign_in("maya").get("/offers")
    assert page.sees(
        "Would you work another shift instead?", "Your shift now", "Riverside Medical Center", "Instead",
        "Harbor Family Medicine", "It pays $116.00 more.", "no points, no fee", "A yes is final",
        "You meet every rule for the whole shift.", "Answer by Wed, Nov 25, 7:00 am",
    )  # fmt: skip
    page = page.press("Move me to Harbor Family Medicine")
    assert page.sees("You are reassigned. The other shift is no longer yours.", "Booked")
    assert page.path == f"/assignments/{again(asked.move).became_id}"
    assert "another shift instead" not in client.get("/offers").text


def test_a_question_without_an_answer_is_counted_beside_the_offers(world, asked, client):
    (way, *_) = [n for n in client.sign_in("maya").get("/me").page.all("a", href="/offers") if "Offers" in n.text]
    assert "1" in way.text
    client.get("/offers").press("Keep my shift")
    (way, *_) = [n for n in client.get("/me").page.all("a", href="/offers") if "Offers" in n.text]
    assert "1" not in way.text


def test_the_bookings_page_asks_too_and_a_no_changes_nothing(world, asked, client):
    page = client.sign_in("maya").get(f"/assignments/{asked.held.id}").press("Keep my shift")
    assert page.sees("You keep your shift. The agency is told.", "Booked")
    assert "another shift instead" not in page.text
    assert asked.unchanged()


def test_a_coordinator_may_look_at_the_shift_they_are_asked_for(world, asked, visitors):
    page = visitors("maya").get(f"/shifts/{asked.here.id}")
    assert page.status == 200
    assert page.sees("Would you work another shift instead?", "You meet every rule for the whole shift.")
    assert visitors("jonas").get(f"/shifts/{asked.here.id}").status == 404


def test_where_a_rule_says_no_by_now_the_page_says_which_and_has_no_button_for_yes(world, asked, client):
    without_training(world)
    page = client.sign_in("maya").get("/offers")
    assert page.sees("Would you work another shift instead?", "HIPAA")
    assert [button.text for button in page.page.all("button") if "Move me" in button.text] == []
    assert page.press("Keep my shift").sees("You keep your shift.")


def test_a_coordinator_who_agreed_sees_that_they_wait_and_may_take_the_yes_back(world, chain, visitors):
    page = visitors("jonas").get("/offers")
    assert page.sees("Somebody still has that seat and is asked about a reassignment as well.")
    page = page.press("Move me to")
    assert page.sees("You keep your shift until the other one has said yes too", "You said yes")
    assert visitors("aisha").get("/offers").sees("Would you work another shift instead?")
    assert page.press("Keep my shift").sees("You keep your shift.")
    assert "another shift instead" not in visitors("aisha").get("/offers").text


def test_who_is_not_asked_yet_knows_of_nothing(world, chain, visitors):
    page = visitors("aisha").get("/offers")
    assert "another shift instead" not in page.text
    assert page.post(f"/move-requests/{chain.first.id}/acceptance").status == 404


def test_anothers_question_is_nobody_elses_to_answer(world, asked, visitors):
    for who in ("jonas", "rosa", "sam"):
        page = visitors(who).get("/account")
        for answer in ("acceptance", "refusal"):
            assert page.post(f"/move-requests/{asked.move.id}/{answer}").status in (403, 404)
    for who in ("maya", "lars"):
        page = visitors(who).get("/account")
        assert page.post(f"/matching/move-requests/{asked.move.id}/withdrawal").status == 403
    assert asked.unchanged()
    assert again(asked.move).state is ReassignmentState.ASKED


def test_a_second_press_has_no_second_effect(world, asked, client):
    page = client.sign_in("maya").get("/offers")
    form = page.button("Move me to").inside("form")
    data = {node.attributes["name"]: node.attributes.get("value", "") for node in form.all("input")}
    first, second = (client.client.post(form.attributes["action"], data=data) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert booked_on(asked.here) == [world.maya.id]


@pytest.mark.parametrize(("then", "sentence"), [
    ("Keep my shift", "This was answered already: the reassignment is done."),
    ("Move me to", "This was answered already: the reassignment is done."),
])  # fmt: skip
def test_another_tab_is_told_that_it_was_answered(world, asked, visitors, then, sentence):
    one, other = visitors("maya").get("/offers"), visitors("maya").get("/offers")
    one.press("Move me to")
    page = other.press(then)
    assert page.status == 409
    assert page.sees(sentence)
    assert booked_on(asked.here) == [world.maya.id]


def test_a_question_that_was_asked_anew_is_looked_at_again(world, chain, visitors):
    """Jonas's tab is from before he agreed and thought better of it; the version tells."""
    page = visitors("jonas").get("/offers")
    again(chain.second).version += 1
    session.flush()
    answer = page.press("Move me to")
    assert answer.status == 409
    assert answer.sees("Somebody changed this while you had it open.")
    assert chain.unchanged()


def test_a_shift_that_moved_meanwhile_is_not_said_yes_to(world, client):
    asked = Asked(world, mode=FillMode.FIRST_COME)
    page = client.sign_in("maya").get("/offers")
    bind_actor(SYSTEM)
    shift = again(asked.here)
    shift.pay_rate_cents -= 500
    session.commit()
    answer = page.press("Move me to")
    assert answer.status == 409
    assert answer.sees("The shift has changed since you opened the page.")
    bind_actor(SYSTEM)
    assert asked.unchanged()


def test_a_damaged_form_is_refused(world, asked, client):
    page = client.sign_in("maya").get("/offers")
    assert page.press("Move me to", pay="free").status == 422
    assert asked.unchanged()
