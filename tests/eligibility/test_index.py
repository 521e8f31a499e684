"""The index of a process knows what stands in the tables: whoever was changed is read again before the next use."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.assignments.models import Offer
from marketplace.assignments.rules import AssignmentState
from marketplace.contracts.models import Agreement
from marketplace.coordinators.models import AvailabilityWindow, Coordinator, TimeOff
from marketplace.credentials.models import Credential
from marketplace.db import SYSTEM, session
from marketplace.eligibility import index, loading
from marketplace.eligibility.assessment import context_for, shift_facts
from marketplace.eligibility.candidates import ranked
from marketplace.eligibility.in_memory import upkeep
from marketplace.eligibility.models import CoordinatorChange
from marketplace.facilities.models import Preference, PreferenceKind, PreferenceSide
from marketplace.matching.ranking import rank
from tests.eligibility.test_loading import assignment
from tests.world import NOW


def at_hand(at=NOW):
    """What the index knows of everybody."""
    with index.current_index(at) as them:
        return them.index.people()


def in_the_tables(at=NOW):
    return loading.coordinator_facts(at=at)


def offer(world, sent_at=NOW):
    shift = world.shift()
    return Offer(
        shift_id=shift.id, facility_id=shift.facility_id, coordinator_id=world.maya.id, sent_at=sent_at,
        expires_at=sent_at + timedelta(days=1),
    )  # fmt: skip


CHANGES = {
    "pay": lambda world: update(Coordinator).where(Coordinator.id == world.maya.id).values(min_pay_cents=4321),
    "pausing": lambda world: update(Coordinator).where(Coordinator.id == world.maya.id).values(state="paused"),
    "name": lambda world: update(Person).where(Person.id == world.maya.person_id).values(name="Maya T."),
    "account": lambda world: update(Person).where(Person.id == world.maya.person_id).values(active=False),
    "hours": lambda world: insert(AvailabilityWindow).values(
        coordinator_id=world.maya.id, weekday=6, start_minute=0, end_minute=600
    ),
    "fewer hours": lambda world: delete(AvailabilityWindow).where(AvailabilityWindow.coordinator_id == world.maya.id),
    "time off": lambda world: insert(TimeOff).values(
        coordinator_id=world.maya.id, starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=4)
    ),
    "credential": lambda world: (
        update(Credential)
        .where(Credential.coordinator_id == world.maya.id, Credential.type == "CPCC")
        .values(expires_on=date(2026, 11, 29))
    ),
    "BAA": lambda world: (
        update(Agreement).where(Agreement.coordinator_id == world.maya.id).values(effective_from=date(2026, 11, 29))
    ),
    "block": lambda world: insert(Preference).values(
        facility_id=world.harbor.id,
        coordinator_id=world.maya.id,
        side=PreferenceSide.FACILITY,
        kind=PreferenceKind.BLOCK,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_a_coordinator_is_known_at_the_next_look(world, what):
    before = at_hand()
    session.execute(CHANGES[what](world))
    assert in_the_tables() != before
    assert at_hand() == in_the_tables()


def test_bookings_and_offers_are_known_too(world):
    at_hand()
    session.add(offer(world))
    made = assignment(world.shift(), world.maya)
    assert at_hand() == in_the_tables()
    made.state = AssignmentState.RELEASED
    session.flush()
    assert at_hand() == in_the_tables()


def test_without_the_triggers_the_index_would_not_know(world):
    session.execute(text("RESET ROLE"))
    session.execute(text("ALTER TABLE coordinator DISABLE TRIGGER note_coordinator_change"))
    at_hand()
    at_hand()
    # What this transaction has touched is read again at every look; somebody it has not touched would stay as they were.
    untouched = next(one for one in at_hand() if one.name == "Jonas Lind")
    session.execute(update(Coordinator).where(Coordinator.id == untouched.id).values(min_pay_cents=4321))
    assert at_hand() != in_the_tables()


def test_what_is_rolled_back_never_was(world):
    before = at_hand()
    with session.begin_nested() as savepoint:
        session.execute(CHANGES["pay"](world))
        assert at_hand() == in_the_tables() != before
        savepoint.rollback()
    session.expire_all()
    assert at_hand() == in_the_tables() == before


def test_what_grows_too_old_to_count_is_read_again_though_nobody_changed_anything(world):
    session.add(offer(world, NOW - timedelta(days=27)))
    session.flush()
    counted = {one.id: one.offers_recently for one in at_hand()}
    assert counted[world.maya.id] == 1
    later = NOW + timedelta(hours=20)
    assert at_hand(later) == in_the_tables(later)
    even_later = NOW + timedelta(days=1, seconds=1)
    assert at_hand(even_later) == in_the_tables(even_later)
    assert {one.id: one.offers_recently for one in at_hand(even_later)}[world.maya.id] == 0
    assert at_hand(NOW) == in_the_tables(NOW)  # and back again


def test_only_those_who_changed_are_read_again(world, statements, monkeypatch):
    at_hand()
    read = []
    load = upkeep.load
    monkeypatch.setattr(upkeep, "load", lambda ids, **more: read.append(ids) or load(ids, **more))
    session.execute(CHANGES["pay"](world))
    at_hand()
    assert world.maya.id in read[0]
    assert len(read) == 1


def test_the_page_ranks_as_the_rules_do_one_by_one(world):
    assignment(world.shift(world.riverside), world.maya)
    for shift in (world.shift(), world.shift(line="triage", patient_states=["IL"], ehr="Epic")):
        fast = ranked(shift, NOW)
        about = shift_facts(shift)
        people = loading.coordinator_facts(at=NOW, around=shift.span)
        one_by_one = rank(about, people, context_for([about], NOW))
        assert [one.facts.id for one in fast.eligible] == [one.facts.id for one in one_by_one.eligible]
        assert [one.score for one in fast.eligible] == [one.score for one in one_by_one.eligible]
        assert [one.verdicts for one in fast.ineligible] == [one.verdicts for one in one_by_one.ineligible]
        assert fast.counts == one_by_one.counts


def test_what_changed_days_ago_is_forgotten(world):
    session.execute(insert(CoordinatorChange).values(coordinator_id=1, changed_in=1, noted_at=NOW - timedelta(days=3)))
    left = session.scalar(select(func.count()).select_from(CoordinatorChange))
    assert index.sweep_changes() == 1
    assert session.scalar(select(func.count()).select_from(CoordinatorChange)) == left - 1


@pytest.mark.committed
def test_a_change_that_was_open_while_another_process_looked_is_not_missed(world):
    """The order in which transactions end is not that in which they began."""
    maya, jonas = world.maya.id, world.jonas.id
    session.commit()
    at_hand()
    session.commit()
    engine = session.get_bind()
    with Session(engine, info={"actor": SYSTEM}) as slow:
        slow.execute(update(Coordinator).where(Coordinator.id == maya).values(min_pay_cents=4321))
        session.execute(update(Coordinator).where(Coordinator.id == jonas).values(min_pay_cents=1234))
        session.commit()
        seen = {one.id: one.min_pay_cents for one in at_hand()}
        assert seen[jonas] == 1234
        assert seen[maya] != 4321
        session.commit()
        slow.commit()
    assert {one.id: one.min_pay_cents for one in at_hand()}[maya] == 4321
    assert at_hand() == in_the_tables()
