"""The demo is written into a database with nothing in it."""

import pytest


@pytest.fixture(scope="session")
def database_template(empty_template: str) -> str:
    """Migrated and empty."""
    return empty_template
