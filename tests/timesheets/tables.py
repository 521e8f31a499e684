"""The tables as they are now, for tests of pages."""

from sqlalchemy import select

from marketplace.db import SYSTEM, bind_actor, session


def seen_by_the_test():
    """Look at the tables as they are now."""
    bind_actor(SYSTEM)
    session.expire_all()


def all_of(kind):
    seen_by_the_test()
    return session.scalars(select(kind).order_by(kind.id)).all()
