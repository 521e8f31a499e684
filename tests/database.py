"""A real PostgreSQL for the tests: one server a run, a template with every migration, a database for whoever needs one.

Most tests run inside one transaction that is rolled back at the end; what they commit are savepoints of it. Tests marked
`committed` (concurrency, browser, crash) get a database of their own, copied from the template.

TEST_DATABASE_URL may name a login (with CREATEDB and CREATEROLE) of a server that is already running, to save its start.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, scoped_session

from marketplace.config_values import sqlalchemy_url
from marketplace.db import migrating, work
from marketplace.db import sessions as db
from marketplace.db.server import EmbeddedServer

_numbers = count(1)


class Databases:
    """Makes and drops databases on the server of this run."""

    def __init__(self, url: str, run: str) -> None:
        self._url = make_url(url)
        self._run = run

    def url(self, name: str) -> str:
        """The address of one database of this server."""
        return self._url.set(database=name).render_as_string(hide_password=False)

    def template(
        self, name: str, made_from: Sequence[Path], fill: Callable[[str], None], base: str = "template1"
    ) -> str:
        """The name of a database to copy: `base`, then whatever `fill` does at its address.

        Of workers that start together one makes it and the others wait. On a server that outlives the run it is kept, and
        made anew when one of the files it is `made_from` changes.
        """
        name = f"marketplace_{name}_{_fingerprint(made_from)}"
        lock = Path(tempfile.gettempdir(), f"{name}-{os.getuid()}.lock")
        with lock.open("a") as waiting, self._maintenance() as connection:
            fcntl.flock(waiting, fcntl.LOCK_EX)
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                # Renamed when done, so that a run that was cut short leaves no half template.
                draft = f"{name}_draft"
                names = {"draft": sql.Identifier(draft), "name": sql.Identifier(name), "base": sql.Identifier(base)}
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {draft} WITH (FORCE)").format(**names))
                connection.execute(sql.SQL("CREATE DATABASE {draft} TEMPLATE {base}").format(**names))
                fill(self.url(draft))
                connection.execute(sql.SQL("ALTER DATABASE {draft} RENAME TO {name}").format(**names))
        return name

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """The address of a database of one's own, made from a template and dropped at the end."""
        name = f"marketplace_test_{self._run}_{next(_numbers)}"
        names = sql.Identifier(name), sql.Identifier(template)
        with self._maintenance() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        try:
            yield self.url(name)
        finally:
            self._drop(names[0])

    def _drop(self, name: sql.Identifier) -> None:
        """Whoever is connected is sent away; only for the server's own housekeeping one has to wait."""
        for patience in range(60, -1, -1):
            try:
                with self._maintenance() as connection:
                    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
                return
            except psycopg.errors.InsufficientPrivilege:
                if not patience:
                    raise
                time.sleep(0.5)

    @contextmanager
    def _maintenance(self) -> Iterator[psycopg.Connection]:
        plain = self._url.set(drivername="postgresql", database="postgres")
        with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
            yield connection


def _fingerprint(made_from: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for start in made_from:
        for file in sorted([start] if start.is_file() else start.rglob("*")):
            if file.suffix in (".py", ".sql"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """The server of this run, shared by the workers of pytest-xdist; the last of them stops it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    me = f"{run[:8]}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Databases(sqlalchemy_url(given), me)
        return
    folder = Path(tempfile.gettempdir(), f"marketplace-tests-{run[:16]}")
    embedded = EmbeddedServer(folder / "pg", fast=True)
    with embedded:
        yield Databases(embedded.url("postgres"), me)
    if not embedded.is_running():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def empty_template(databases: Databases) -> str:
    """A database with every migration and nothing else."""
    return databases.template("migrated", [migrating.MIGRATIONS], migrating.upgrade)


@pytest.fixture(scope="session")
def database_template(empty_template: str) -> str:
    """What `database_url`, `fresh_database_url` and `session` start from."""
    return empty_template


@pytest.fixture(scope="session")
def database_url(databases: Databases, database_template: str) -> Iterator[str]:
    """A database for the tests of this process that leave nothing behind."""
    with databases.copy(database_template) as url:
        yield url


@pytest.fixture
def fresh_database_url(databases: Databases, database_template: str) -> Iterator[str]:
    """A database for this test alone."""
    with databases.copy(database_template) as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases, empty_template: str) -> Iterator[str]:
    """A migrated database for this test alone, with nothing in it."""
    with databases.copy(empty_template) as url:
        yield url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """Connections to `database_url`. Prefer `session`, which leaves nothing behind."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Iterator[scoped_session[Session]]:
    """The product's own session, on a database as migrated; acts for a visitor until `bind_actor`.

    What the test commits is undone at its end, deferred checks run at each commit as they would. With the mark `committed`
    commits are real, other threads and processes see them, and the database (`fresh_database_url`) is the test's own.
    """
    within = _for_real if request.node.get_closest_marker("committed") else _undone
    with within(request):
        yield db.session
        db.session.remove()


@contextmanager
def _for_real(request: pytest.FixtureRequest) -> Iterator[None]:
    before = db._factory.kw["bind"]
    engine = db.connect(request.getfixturevalue("fresh_database_url"))
    try:
        yield
    finally:
        db.session.remove()
        engine.dispose()
        db._factory.configure(bind=before)


@contextmanager
def _undone(request: pytest.FixtureRequest) -> Iterator[None]:
    engine: Engine = request.getfixturevalue("engine")
    db.session.remove()
    with engine.connect() as connection:
        everything = connection.begin()
        db._factory.configure(bind=connection, join_transaction_mode="create_savepoint")
        event.listen(db._factory, "before_commit", _check_deferred)
        try:
            yield
        finally:
            event.remove(db._factory, "before_commit", _check_deferred)
            db.session.remove()
            everything.rollback()
            db._factory.configure(bind=engine, join_transaction_mode="conditional_savepoint")


def work_off(url: str) -> None:
    """Do every job that waits, as a worker would: in a thread of its own, since a browser test's loop may run in this one."""
    import marketplace.schedule  # noqa: F401 - every task by its name, as a worker has them

    with ThreadPoolExecutor(1) as worker:
        worker.submit(work, url, until_empty=True).result()


def _check_deferred(current: Session) -> None:
    """A savepoint is no commit: have PostgreSQL check and seal here what it would at the commit."""
    if current.in_nested_transaction():
        return
    current.flush()
    current.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    current.execute(text("SET CONSTRAINTS ALL DEFERRED"))
