"""The demo world as the tests look at it: built once for each state of the code, as of `tests.world.NOW`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from marketplace.config import Settings
from marketplace.db import sessions as db
from marketplace.demo.world import build
from marketplace.kernel.clock import frozen_at
from tests.life import ROOT, Lively, site_on
from tests.world import NOW


@pytest.fixture(scope="session")
def demo_template(databases: Any, empty_template: str, site: Flask) -> str:
    """A database to copy with the demo world in it."""

    def fill(url: str) -> None:
        engine = db.connect(url)
        with frozen_at(NOW):
            build()
        db.session.remove()
        engine.dispose()

    before = db._factory.kw["bind"]
    made_from = [ROOT / "migrations", ROOT / "marketplace", Path(__file__)]
    try:
        return databases.template("demo", made_from, fill, base=empty_template)  # type: ignore[no-any-return]
    finally:
        db._factory.configure(bind=before)


@pytest.fixture(scope="session")
def demo_engine(databases: Any, demo_template: str) -> Iterator[Any]:
    """Connections to one copy, for the tests of this process that leave nothing behind."""
    with databases.copy(demo_template) as url:
        before = db._factory.kw["bind"]
        engine = db.connect(url)
        db._factory.configure(bind=before)
        yield engine
        engine.dispose()


@pytest.fixture
def demo(demo_engine: Any, site: Flask, settings: Settings) -> Iterator[Lively]:
    """The site in the demo world; undone at the end."""
    with site_on(demo_engine, site, settings) as found:
        yield found
