"""A yes meets another yes, a cancellation or a booking at the same moment: one counts, and no seat has two people."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import select, text

from marketplace.assignments.models import Assignment, Reassignment
from marketplace.booking import booking, offers, reassignment_chains, reassignments
from marketplace.booking.booking import book
from marketplace.booking.reassignment_requests import ReassignmentStep, ask
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import clock
from tests.booking.test_reassignments import MONDAY, Asked, InAChain, whole
from tests.booking.test_rush import as_in_production
from tests.browser import Visitor
from tests.world import NOW

pytestmark = pytest.mark.committed


@pytest.fixture
def house(world, app, fresh_database_url):
    with as_in_production(fresh_database_url):
        bind_actor(SYSTEM)
        yield world


def form_of(app, who, page, button):
    """A browser with the page open, and what its button would send."""
    visitor = Visitor(app).sign_in(who).get(page)
    form = visitor.button(button).inside("form")
    data = {node.attributes["name"]: node.attributes.get("value", "") for node in form.all("input")}
    return visitor.client, form.attributes.get("action") or page, data


def all_at_once(tries):
    """Press every button at the same moment; gives the answers as (status, text)."""
    start = threading.Barrier(len(tries))

    def one(client, address, data):
        start.wait()
        with clock.frozen_at(NOW):
            answer = client.post(address, data=data)
        return answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(len(tries)) as threads:
        answers = [each.result() for each in [threads.submit(one, *given) for given in tries]]
    session.remove()
    bind_actor(SYSTEM)
    return answers


def live():
    """Who has a seat of what, one entry a booking."""
    return sorted((one.shift_id, one.coordinator_id) for one in session.scalars(select(Assignment)) if one.is_live)


def committed(made):
    session.commit()
    return made


def test_the_same_yes_from_eight_tabs_moves_the_coordinator_once(house, app):
    asked = committed(Asked(house))
    maya = house.maya.id
    answers = all_at_once([form_of(app, "maya", "/offers", "Move me to") for _ in range(8)])
    assert Counter(status for status, _ in answers) == {303: 1, 409: 7}
    assert live() == [(asked.here.id, maya)]


def test_of_a_yes_and_a_no_at_once_one_counts(house, app):
    asked = committed(Asked(house))
    tries = [form_of(app, "maya", "/offers", button) for button in ("Move me to", "Keep my shift") * 3]
    answers = all_at_once(tries)
    assert Counter(status for status, _ in answers) == {303: 1, 409: 5}
    (has,) = live()
    state = session.get_one(Reassignment, asked.move.id).state
    assert has[0] == (asked.here.id if state == "accepted" else asked.left.id)


def test_of_a_yes_and_the_cancellation_of_that_shift_one_counts(house, app):
    asked = committed(Asked(house))
    yes = form_of(app, "maya", "/offers", "Move me to")
    no = form_of(app, "lars", f"/assignments/{asked.held.id}/cancellation", "Cancel")
    answers = all_at_once([yes, no])
    assert sorted(status for status, _ in answers) in ([303, 409], [303, 303])
    here = [shift for shift, _ in live()]
    # Cancelled first: Maya has neither, as the facility wanted. Moved first: there is nothing left to cancel.
    if answers[0][0] == 303:
        assert here == [asked.here.id]
        assert answers[1][0] == 409
    else:
        assert here == []
        assert "Nothing has changed" in answers[0][1] or "canceled" in answers[0][1]


def test_of_two_who_say_yes_to_one_seat_one_moves_and_the_other_keeps_theirs(house, app):
    asked = Asked(house)
    theirs = house.shift(day=MONDAY, line="medical-billing")
    book(theirs, house.jonas, house.rosa, NOW)
    session.flush()
    committed(ask(whole(asked.here), [ReassignmentStep(house.jonas.id, theirs.id)], None, house.sam, NOW))
    maya, jonas = house.maya.id, house.jonas.id
    answers = all_at_once([form_of(app, who, "/offers", "Move me to") for who in ("maya", "jonas")])
    assert sorted(status for status, _ in answers) == [303, 409]
    assert live() in (
        sorted([(asked.here.id, maya), (theirs.id, jonas)]),
        sorted([(asked.left.id, maya), (asked.here.id, jonas)]),
    )


def test_of_a_move_and_a_booking_for_the_same_seat_one_counts(house, app):
    asked = Asked(house)
    offers.send_offer(whole(asked.here), house.jonas, house.rosa, NOW)
    committed(asked)
    jonas = form_of(app, "jonas", "/offers", "Accept shift")
    answers = all_at_once([form_of(app, "maya", "/offers", "Move me to"), jonas])
    assert sorted(status for status, _ in answers) == [303, 409]
    assert [shift for shift, _ in live()].count(asked.here.id) == 1


def test_a_chain_moves_whole_or_not_at_all_whoever_thinks_better_of_it(house, app):
    chain = InAChain(house)
    reassignments.accept(chain.second, house.jonas.person, NOW)
    committed(chain)
    aisha, jonas = house.aisha.id, house.jonas.id
    answers = all_at_once(
        [form_of(app, "aisha", "/offers", "Move me to"), form_of(app, "jonas", "/offers", "Keep my shift")]
    )
    assert sorted(status for status, _ in answers) == [303, 409]
    moved = sorted([(chain.here.id, aisha), (chain.aishas.id, jonas)])
    stayed = sorted([(chain.aishas.id, aisha), (chain.jonass.id, jonas)])
    assert live() == (moved if answers[0][0] == 303 else stayed)


def test_without_locks_two_people_would_have_one_seat(house, app, monkeypatch):
    """The tests above would notice: this is one of them, without what it is about."""
    asked = Asked(house)
    theirs = house.shift(day=MONDAY, line="medical-billing")
    book(theirs, house.jonas, house.rosa, NOW)
    session.flush()
    committed(ask(whole(asked.here), [ReassignmentStep(house.jonas.id, theirs.id)], None, house.sam, NOW))
    session.execute(text("RESET ROLE"))
    session.execute(text("DROP INDEX uq_assignment_live_seat"))
    session.commit()
    bind_actor(SYSTEM)
    meeting = threading.Barrier(2)
    judge = booking._judge

    def judge_together(*given):
        with suppress(threading.BrokenBarrierError):
            meeting.wait(2)
        return judge(*given)

    def look_without_lock(key):
        shift = whole(session.get_one(type(asked.here), key))
        session.expunge(shift)
        return shift

    monkeypatch.setattr(booking, "_judge", judge_together)
    monkeypatch.setattr(booking, "lock_shift", look_without_lock)
    monkeypatch.setattr(reassignment_chains, "lock_shift", look_without_lock)
    monkeypatch.setattr(reassignments, "_end_what_is_over", lambda *_: None)
    here = asked.here.id
    answers = all_at_once([form_of(app, who, "/offers", "Move me to") for who in ("maya", "jonas")])
    assert [status for status, _ in answers] == [303, 303]
    assert [shift for shift, _ in live()].count(here) == 2
