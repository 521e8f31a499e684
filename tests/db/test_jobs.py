"""A job is stored with what caused it, done after the commit, and done at least once whatever dies."""

import pytest
from sqlalchemy import text

from marketplace.db import Audience, current_actor, enqueue, jobs_app, resume_abandoned
from tests.database import work_off

DONE: list[tuple[str, int]] = []


@jobs_app.task(name="tests.second")
def second(number: int) -> None:
    DONE.append(("second", number))


@jobs_app.task(name="tests.first")
def first(number: int) -> None:
    assert current_actor().audience is Audience.SYSTEM
    DONE.append(("first", number))
    enqueue(second, number=number + 1)


@jobs_app.task(name="tests.fails")
def fails(number: int) -> None:
    enqueue(second, number=number)
    raise RuntimeError("the letter box is full")


@pytest.fixture(autouse=True)
def nothing_done():
    DONE.clear()


@pytest.mark.committed
def test_a_job_waits_for_the_commit_and_may_cause_another(session, fresh_database_url):
    enqueue(first, number=1)
    assert DONE == []
    session.commit()
    work_off(fresh_database_url)
    assert DONE == [("first", 1), ("second", 2)]


@pytest.mark.committed
def test_a_job_of_an_act_that_was_undone_never_happens(session, fresh_database_url):
    enqueue(first, number=1)
    session.rollback()
    work_off(fresh_database_url)
    assert DONE == []


@pytest.mark.committed
def test_a_job_that_fails_takes_back_what_it_wrote_and_is_kept_for_a_person(session, fresh_database_url):
    enqueue(fails, number=1)
    session.commit()
    work_off(fresh_database_url)
    assert DONE == []
    session.execute(text("RESET ROLE"))
    assert session.execute(text("SELECT task_name, status::text FROM procrastinate_jobs")).all() == [
        ("tests.fails", "failed")
    ]


@pytest.mark.committed
def test_the_job_of_a_worker_that_died_half_way_is_given_to_another(session, fresh_database_url):
    enqueue(first, number=1)
    session.commit()
    session.execute(text("RESET ROLE"))
    session.execute(
        text(
            "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
            " RETURNING id) UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
        )
    )
    session.commit()
    enqueue(resume_abandoned)
    session.commit()
    work_off(fresh_database_url)
    work_off(fresh_database_url)
    assert DONE == [("first", 1), ("second", 2)]


def test_whoever_asks_may_enqueue_and_not_read_what_others_enqueued(session):
    assert enqueue(first, number=1) > 0
    with pytest.raises(Exception, match="permission denied"):
        session.execute(text("SELECT args FROM procrastinate_jobs"))
