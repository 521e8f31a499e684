"""What every test may ask for: the cast in a database, the clock at Tuesday morning, the site, and browsers at it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from sqlalchemy.engine import Engine

import marketplace.wiring  # noqa: F401 - every hook is filled, as in every process of the site
from marketplace.accounts.authentication.passwords import hash_password, hashing
from marketplace.config import Settings
from marketplace.db import sessions as db
from marketplace.kernel import clock
from tests.browser import Visitor
from tests.world import NOW, PASSWORD, World, build

pytest_plugins = ["tests.database", "tests.chromium", "tests.books"]

ROOT = Path(__file__).resolve().parent.parent
hashing.make_cheap()


@pytest.fixture(scope="session")
def database_template(databases: Any, empty_template: str) -> str:
    """Every test starts from the cast (tests/world.py)."""

    def fill(url: str) -> None:
        engine = db.connect(url)
        build(hash_password(PASSWORD))
        engine.dispose()

    made_from = [ROOT / "migrations", ROOT / "tests" / "world.py", ROOT / "marketplace" / "demo" / "cast.py"]
    made_from.append(ROOT / "marketplace" / "demo" / "people.py")
    return databases.template("cast", made_from, fill, base=empty_template)


@pytest.fixture
def frozen() -> Iterator[None]:
    """The clock stands at `tests.world.NOW`."""
    with clock.frozen_at(NOW):
        yield


@pytest.fixture
def world(session: Any, frozen: None) -> World:
    """The cast, and the means to make needs and shifts. What a test does is undone at its end."""
    return World()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the site under test: its state in a folder of its own, no second factor asked of anybody."""
    home = tmp_path_factory.mktemp("home")
    return Settings.from_environment(
        {
            "MARKETPLACE_HOME": str(home),
            "SECRET_KEY": "only for tests, and long enough to be taken",
            "AGENCY_NAME": "Northlight Coordination",
            "REQUIRE_SECOND_FACTOR": "no",
        }
    )


@pytest.fixture(scope="session")
def site(settings: Settings, database_url: str) -> Iterator[Flask]:
    """The application, made once; `session` decides which database it speaks to."""
    from marketplace.app import create_app

    app = create_app(settings, database_url)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(pattern="__marketplace_tests_%s.cache")
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def app(site: Flask, session: Any, frozen: None) -> Flask:
    """The site on this test's database."""
    return site


@pytest.fixture
def client(app: Flask) -> Visitor:
    """One browser at the site: `client.sign_in("rosa").get("/needs")`."""
    return Visitor(app)


@pytest.fixture
def visitors(app: Flask) -> Callable[[str], Visitor]:
    """More browsers: `visitors("maya")` is signed in as Maya."""
    return lambda who: Visitor(app).sign_in(who)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every SQL statement run while the test looks: a page issues at most 15."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        if not arguments[2].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
            seen.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)
