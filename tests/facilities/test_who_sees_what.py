"""Held by the database itself: what a facility and a coordinator may read and write, whatever a query forgets."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from marketplace.db import Actor, Audience, bind_actor, session


@pytest.fixture
def rosas_facility(world):
    harbor = world.harbor.id
    others = world.riverside.id
    bind_actor(Actor(Audience.FACILITY, facility_id=harbor))
    return harbor, others


@pytest.fixture
def maya(world):
    found = world.maya.id
    others = world.jonas.id
    bind_actor(Actor(Audience.COORDINATOR, coordinator_id=found))
    return found, others


def run(sql, **values):
    return session.execute(text(sql), values)


def refused(sql, **values):
    with pytest.raises(ProgrammingError, match=r"permission denied|row-level security"), session.begin_nested():
        run(sql, **values)
    return True


# ---- a facility -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["min_pay_cents", "exclusion_hold"])
def test_a_facility_never_reads_what_a_coordinator_asks_for_or_what_a_screening_found(rosas_facility, column):
    assert refused(f"SELECT {column} FROM coordinator")


def test_a_facility_sees_who_there_is_to_choose_from(rosas_facility):
    assert run("SELECT id, service_lines, rating FROM coordinator").all()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE coordinator SET rating = 5",
        "DELETE FROM coordinator",
        "SELECT * FROM availability_window",
        "SELECT * FROM time_off",
    ],
)
def test_a_facility_writes_nothing_about_coordinators_nor_reads_their_hours(rosas_facility, sql):
    assert refused(sql)


def test_a_facility_sees_only_itself_and_its_sites(rosas_facility):
    harbor, _ = rosas_facility
    assert run("SELECT id FROM facility").scalars().all() == [harbor]
    assert set(run("SELECT facility_id FROM site").scalars()) == {harbor}


@pytest.mark.parametrize("column", ["name", "npi", "state", "id"])
def test_name_npi_terms_and_state_are_the_agencys(rosas_facility, column):
    assert refused(f"UPDATE facility SET {column} = {column}")


def test_a_facility_changes_its_own_facts_and_no_others(rosas_facility):
    _, others = rosas_facility
    assert run("UPDATE facility SET city = 'Evanston'").rowcount == 1
    assert run("UPDATE facility SET city = 'Mine' WHERE id = :id", id=others).rowcount == 0
    assert refused("DELETE FROM facility")
    assert refused("DELETE FROM site")
    assert refused("INSERT INTO site (facility_id, name, time_zone) VALUES (:id, 'x', 'UTC')", id=others)


def test_a_facility_keeps_its_own_preferences_and_deletes_none(rosas_facility, world):
    harbor, others = rosas_facility
    maya = run("SELECT min(id) FROM coordinator").scalar()
    insert = "INSERT INTO preference (facility_id, coordinator_id, side, kind) VALUES (:f, :c, :side, 'favourite')"
    run(insert, f=harbor, c=maya, side="facility")
    assert refused(insert, f=harbor, c=maya, side="coordinator")
    assert refused(insert, f=others, c=maya, side="facility")
    assert refused("DELETE FROM preference")
    assert refused("UPDATE preference SET reason = 'rewritten'")
    assert run("UPDATE preference SET ended_at = now()").rowcount == 1


def test_neither_side_learns_what_the_other_wants(world):
    harbor, maya = world.harbor.id, world.maya.id
    insert = "INSERT INTO preference (facility_id, coordinator_id, side, kind) VALUES (:f, :c, :side, 'block')"
    run(insert, f=harbor, c=maya, side="facility")
    run(insert, f=harbor, c=maya, side="coordinator")
    bind_actor(Actor(Audience.FACILITY, facility_id=harbor))
    assert run("SELECT side FROM preference").scalars().all() == ["facility"]
    bind_actor(Actor(Audience.COORDINATOR, coordinator_id=maya))
    assert run("SELECT side FROM preference").scalars().all() == ["coordinator"]


# ---- a coordinator ----------------------------------------------------------------------------------------------


def test_a_coordinator_sees_only_their_own_row(maya):
    own, _ = maya
    assert run("SELECT id FROM coordinator").scalars().all() == [own]
    assert set(run("SELECT coordinator_id FROM availability_window").scalars()) == {own}


@pytest.mark.parametrize("column", ["state", "rating", "exclusion_hold", "country", "work_state", "person_id", "id"])
def test_a_coordinator_changes_neither_state_nor_rating_nor_place_of_work(maya, column):
    assert refused(f"UPDATE coordinator SET {column} = {column}")


def test_a_coordinator_changes_the_own_profile(maya):
    _, others = maya
    assert run("UPDATE coordinator SET min_pay_cents = 2500").rowcount == 1
    assert run("UPDATE coordinator SET min_pay_cents = 1 WHERE id = :id", id=others).rowcount == 0
    assert refused("DELETE FROM coordinator")
    assert refused("INSERT INTO coordinator (person_id, country, time_zone) VALUES (1, 'US', 'UTC')")
    assert refused(
        "INSERT INTO availability_window (coordinator_id, weekday, start_minute, end_minute) VALUES (:id, 0, 0, 60)",
        id=others,
    )
    off = "INSERT INTO time_off (coordinator_id, starts_at, ends_at) VALUES (:id, now(), now() + interval '1 day')"
    assert refused(off, id=others)


@pytest.mark.parametrize("table", ["facility", "site"])
def test_a_coordinator_never_reads_a_budget(maya, table):
    assert refused(f"SELECT monthly_budget_cents FROM {table}")
    assert run(f"SELECT name FROM {table}").all()


def test_a_coordinator_writes_nothing_about_facilities(maya):
    assert refused("UPDATE facility SET city = 'x'")
    assert refused("UPDATE site SET name = 'x'")
