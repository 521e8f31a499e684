"""The databases of the tests keep what they promise: nothing is left behind, and deferred checks are not forgotten."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError


@pytest.fixture
def trial(session):
    """A table in which no number stands twice, checked at the commit."""
    session.execute(text("RESET ROLE"))
    session.execute(text("CREATE TABLE trial (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    session.execute(text("GRANT ALL ON trial TO marketplace_visitor"))
    session.commit()


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_in_the_next(session, trial, turn):
    session.execute(text("INSERT INTO trial VALUES (7)"))
    session.commit()
    session.execute(text("INSERT INTO trial VALUES (8)"))
    session.rollback()
    assert session.scalars(text("SELECT n FROM trial")).all() == [7]


def test_a_deferred_check_is_made_at_the_commit_of_a_test(session, trial):
    session.execute(text("INSERT INTO trial VALUES (1), (1)"))
    with pytest.raises(IntegrityError):
        session.commit()


@pytest.mark.committed
def test_a_committed_test_is_seen_from_outside(session, trial, fresh_database_url):
    session.execute(text("INSERT INTO trial VALUES (7)"))
    session.commit()
    engine = create_engine(fresh_database_url)
    with engine.connect() as other:
        assert other.scalars(text("SELECT n FROM trial")).all() == [7]
    engine.dispose()
