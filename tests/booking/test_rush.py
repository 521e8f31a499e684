"""Everybody at once, for real: threads through the site, each with a browser of its own, on a database that commits."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date

import pytest
from sqlalchemy import func, insert, select, text

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.permissions import Role
from marketplace.app import CONNECTIONS
from marketplace.assignments.models import Assignment, load_options
from marketplace.booking import booking
from marketplace.contracts.models import Agreement
from marketplace.coordinators.models import AvailabilityWindow, Coordinator
from marketplace.credentials.models import Credential
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.db import sessions as db
from marketplace.kernel import clock
from marketplace.needs.models import FillMode, Need, Shift
from tests.browser import Visitor
from tests.world import NOW

pytestmark = pytest.mark.committed
CROWD = 200


@contextmanager
def as_in_production(url):
    """The pool of connections the site has when it serves."""
    before = db._factory.kw["bind"]
    engine = db.connect(url, **CONNECTIONS)
    try:
        yield
    finally:
        session.remove()
        engine.dispose()
        db._factory.configure(bind=before)


@pytest.fixture
def crowded(world, app, fresh_database_url):
    with as_in_production(fresh_database_url):
        bind_actor(SYSTEM)
        yield world


def crowd(world, size):
    """People like Jonas, all in order with their papers; gives their addresses."""
    like = world.jonas
    agency = world.agency.id
    addresses = [f"crowd{n}@people.example" for n in range(size)]
    people = session.scalars(
        insert(Person).returning(Person.id, sort_by_parameter_order=True),
        [{"email": a, "name": f"Crowd {n}"} for n, a in enumerate(addresses)],
    ).all()
    columns = [c for c in Coordinator.__table__.columns if c.name not in ("id", "person_id")]
    same = dict(session.execute(select(*columns).where(Coordinator.id == like.id)).mappings().one())
    ids = session.scalars(
        insert(Coordinator).returning(Coordinator.id, sort_by_parameter_order=True),
        [{**same, "person_id": person} for person in people],
    ).all()
    role = Role.COORDINATOR
    session.execute(
        insert(Membership),
        [
            {"person_id": p, "organisation_id": agency, "role": role, "coordinator_id": c}
            for p, c in zip(people, ids, strict=True)
        ],
    )
    for entity in (AvailabilityWindow, Credential, Agreement):
        rows = session.scalars(select(entity).where(entity.coordinator_id == like.id)).all()
        columns = [c.name for c in entity.__table__.columns if c.name not in ("id", "coordinator_id")]
        session.execute(
            insert(entity),
            [{**{c: getattr(row, c) for c in columns}, "coordinator_id": key} for row in rows for key in ids],
        )
    session.commit()
    return addresses


def ready(app, who):
    """A browser that is signed in and has a page with a form open."""
    visitor = Visitor(app).sign_in(who).get("/account")
    (token, *_) = [n.attributes["value"] for n in visitor.page.all("input", name="csrf_token")]
    return visitor.client, token


def all_at_once(app, tries):
    """Each try is (client, token, path): post them at the same moment; gives the answers as (status, text)."""
    start = threading.Barrier(len(tries))

    def one(client, token, path):
        start.wait()
        with clock.frozen_at(NOW):
            answer = client.post(path, data={"csrf_token": token})
        return answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(len(tries)) as threads:
        return [each.result() for each in [threads.submit(one, *given) for given in tries]]


def look():
    session.remove()
    bind_actor(SYSTEM)


def live():
    look()
    return session.scalar(select(func.count()).select_from(Assignment).where(Assignment.state == "booked"))


def claim_one_shift(world, app, size):
    shift = world.shift(mode=FillMode.FIRST_COME)
    path = f"/shifts/{shift.id}/claim"
    people = crowd(world, size)
    tries = [(*ready(app, who), path) for who in people]
    return all_at_once(app, tries)


def claim_many_shifts(world, app, size):
    first = world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 30))
    columns = [c.name for c in Shift.__table__.columns if c.name != "id"]
    need = session.get_one(Need, first.need_id)
    ids = session.scalars(
        insert(Shift).returning(Shift.id), [{c: getattr(first, c) for c in columns} for _ in range(size)]
    ).all()
    session.commit()
    assert need
    maya = ready(app, "maya")

    def another_tab():
        tab = app.test_client()
        with tab.session_transaction() as cookie, maya[0].session_transaction() as signed_in:
            cookie.update(signed_in)
        return tab, maya[1]

    return all_at_once(app, [(*another_tab(), f"/shifts/{key}/claim") for key in ids])


def test_two_hundred_people_accept_one_shift_and_exactly_one_has_it(crowded, app):
    answers = claim_one_shift(crowded, app, CROWD)
    assert Counter(status for status, _ in answers) == {303: 1, 409: CROWD - 1}
    assert all("This shift has just been taken." in page for status, page in answers if status == 409)
    assert live() == 1
    assert session.scalar(text("SELECT count(*) FROM audit_entry WHERE thing = 'assignment'")) == 1


def test_one_person_accepts_two_hundred_shifts_at_the_same_time_and_has_exactly_one(crowded, app):
    answers = claim_many_shifts(crowded, app, CROWD)
    assert Counter(status for status, _ in answers) == {303: 1, 409: CROWD - 1}
    assert all("You already have a shift at this time." in page for status, page in answers if status == 409)
    assert live() == 1


@pytest.mark.parametrize("rush", [claim_one_shift, claim_many_shifts])
def test_without_locks_and_constraints_the_same_rush_goes_wrong(crowded, app, monkeypatch, rush):
    """The two tests above would notice: this is them, without what they are about."""
    session.execute(text("RESET ROLE"))
    session.execute(text("ALTER TABLE assignment DROP CONSTRAINT ex_assignment_overlap"))
    for index in ("uq_assignment_live_seat", "uq_assignment_live_person"):
        session.execute(text(f"DROP INDEX {index}"))
    session.commit()
    meeting = threading.Barrier(4)
    judge = booking._judge

    def judge_together(*given):
        with suppress(threading.BrokenBarrierError):
            meeting.wait(1)
        return judge(*given)

    monkeypatch.setattr(booking, "_judge", judge_together)
    monkeypatch.setattr(booking, "lock_coordinator", lambda key: None)

    def look_without_lock(key):
        shift = session.scalars(select(Shift).where(Shift.id == key).options(*load_options())).one()
        session.expunge(shift)  # the version of its row is one guard more: it would tell all but one to look again
        return shift

    monkeypatch.setattr(booking, "lock_shift", look_without_lock)
    answers = rush(crowded, app, 24)
    assert live() > 1
    assert Counter(status for status, _ in answers)[303] > 1


def test_several_seats_are_filled_to_the_last_and_not_beyond(crowded, app):
    shift = crowded.shift(mode=FillMode.FIRST_COME, headcount=5)
    path = f"/shifts/{shift.id}/claim"
    people = crowd(crowded, 30)
    answers = all_at_once(app, [(*ready(app, who), path) for who in people])
    assert Counter(status for status, _ in answers) == {303: 5, 409: 25}
    look()
    assert sorted(session.scalars(select(Assignment.seat))) == [1, 2, 3, 4, 5]
