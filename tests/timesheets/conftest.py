"""Somebody signed in, while the test itself goes on as the system."""

import pytest

from marketplace.db import SYSTEM, bind_actor


@pytest.fixture
def visitors(visitors):
    """Somebody signed in; the test itself goes on as the system."""

    def signed_in(who):
        visitor = visitors(who)
        bind_actor(SYSTEM)
        return visitor

    return signed_in


@pytest.fixture
def maya(visitors):
    return visitors("maya")


@pytest.fixture
def rosa(visitors):
    return visitors("rosa")
