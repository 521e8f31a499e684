"""Bringing a database to the shape this code knows, and back."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine

from marketplace.config import Misconfigured

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def _config(url: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    if url is not None:
        config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration that is missing, in one transaction."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Undo migrations down to `revision` (`base` for all)."""
    command.downgrade(_config(url), revision)


def current(url: str) -> str | None:
    """The migration the database is at, or None when none has run."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_not_behind(url: str) -> None:
    """Raises Misconfigured when a migration is missing. Ahead is fine: a newer version of the site is being brought in."""
    at = current(url)
    known = {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}
    if at is None or (at in known and at != head()):
        raise Misconfigured(
            f"The tables of the database are at migration {at or 'none'}, and this code needs {head()}."
            " Run: marketplace db upgrade"
        )


@cache
def head() -> str:
    """The newest migration this code knows, such as `0014`."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest
