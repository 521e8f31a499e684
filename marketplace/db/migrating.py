"""Bringing a database to the shape this code knows, and back."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import NullPool, create_engine

from marketplace.config_values import Misconfigured

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def _config(url: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    if url is not None:
        config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration that is missing, in one transaction. Raises Misconfigured for a revision that does not exist."""
    with _said_plainly(revision):
        command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Undo migrations down to `revision` (`base` for all). Raises Misconfigured for a revision that does not exist."""
    with _said_plainly(revision):
        command.downgrade(_config(url), revision)


@contextmanager
def _said_plainly(revision: str) -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise Misconfigured(
            f"Migration {revision!r} cannot be reached: {error}. This code knows {revisions()[0]} to {head()}."
        ) from error


def current(url: str) -> str | None:
    """The migration the database is at, or None when none has run."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_not_behind(url: str) -> None:
    """Raises Misconfigured when a migration is missing. Ahead is fine: a newer version of the site is being brought in."""
    at = current(url)
    if at is None or (at in revisions() and at != head()):
        raise Misconfigured(
            f"The tables of the database are at migration {at or 'none'}, and this code needs {head()}."
            " Run: marketplace db upgrade"
        )


def new_revision(message: str, folder: Path = MIGRATIONS) -> Path:
    """Write the next numbered migration from the template, to be filled in by hand; returns its file.

    Nothing is generated from the models: triggers, grants and row-level security are not in them. `tests/house/test_tables.py`
    says where tables and models differ. Raises Misconfigured without a message.
    """
    message = " ".join(message.split()).rstrip(".")
    if not any(character.isalnum() for character in message):
        raise Misconfigured('Say what changes: marketplace db revision "coordinators have a pronoun".')
    config = _config()
    config.set_main_option("script_location", str(folder))
    config.cmd_opts = Namespace(quiet=True)
    known = ScriptDirectory.from_config(config).walk_revisions()
    number = max((int(step.revision) for step in known), default=0) + 1
    made = command.revision(config, message[0].upper() + message[1:], rev_id=f"{number:04d}")
    assert isinstance(made, Script)
    return Path(made.path)


@cache
def revisions() -> list[str]:
    """Every migration this code knows, the oldest first."""
    return [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


@cache
def head() -> str:
    """The newest migration this code knows, such as `0014`."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest
