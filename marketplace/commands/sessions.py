"""The database as a command needs it: started, migrated, with a session that acts for the system."""

from collections.abc import Iterator
from contextlib import contextmanager

from marketplace.config import Settings


@contextmanager
def database() -> Iterator[str]:
    """The address of the database, which is started when it is the site's own."""
    from marketplace.db.address import database_url

    with database_url(Settings.from_environment()) as url:
        yield url


@contextmanager
def migrated_database() -> Iterator[str]:
    """The same, once its tables are those this code needs."""
    import marketplace.wiring  # noqa: F401 - every hook is filled from here on
    from marketplace.db.migrating import check_not_behind

    with database() as url:
        check_not_behind(url)
        yield url


@contextmanager
def session_of_the_system() -> Iterator[None]:
    """A session that acts for the system itself: it sees everything, and commits nothing by itself."""
    from marketplace.db import sessions as db

    with migrated_database() as url:
        engine = db.connect(url)
        try:
            db.bind_actor(db.SYSTEM)
            yield
        finally:
            db.session.remove()
            engine.dispose()


def name_the_agency(settings: Settings, url: str) -> None:
    """The agency's row has the name that pages and papers show; in a transaction of its own."""
    from marketplace.accounts.agency_setup import name_agency
    from marketplace.db import sessions as db

    engine = db.connect(url)
    try:
        db.bind_actor(db.SYSTEM)
        name_agency(settings.agency_name)
        db.session.commit()
    finally:
        db.session.remove()
        engine.dispose()
