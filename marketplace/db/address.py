"""The address of the database: DATABASE_URL, else the site's own server."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.engine import make_url

from marketplace.config import Settings
from marketplace.config_values import Misconfigured
from marketplace.db.server import EmbeddedServer

SECONDS_TO_ANSWER = 5
OLDEST_VERSION = 15


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The address of the database: DATABASE_URL, else that of the site's own server, which runs while this is open.

    Raises Misconfigured when it cannot be reached, or is older than the site can use.
    """
    if settings.database_url:
        check_reachable(settings.database_url)
        yield settings.database_url
    else:
        with EmbeddedServer(settings.home / "postgres") as server, server.kept_running():
            yield server.url()


def check_reachable(url: str) -> None:
    """Raises Misconfigured unless a PostgreSQL of a version the site can use answers at `url`."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(plain, connect_timeout=SECONDS_TO_ANSWER) as connection:
            version = connection.info.server_version
    except psycopg.Error as problem:
        said = str(problem).strip().splitlines() or ["no answer"]
        raise Misconfigured(f"The database that DATABASE_URL names cannot be reached: {said[-1]}") from problem
    if version < OLDEST_VERSION * 10_000:
        raise Misconfigured(
            f"PostgreSQL {OLDEST_VERSION} or newer is needed; DATABASE_URL names a {version // 10_000}."
        )
