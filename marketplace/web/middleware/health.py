"""The house's own doors: is it alive, is it ready."""

from flask import Response
from sqlalchemy import text

from marketplace.db import session
from marketplace.web.guard import PUBLIC, Pages

pages = Pages("house", __name__)


@pages.get("/healthz", may=PUBLIC)
def healthz() -> Response:
    """The process answers; says nothing about the database."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz", may=PUBLIC)
def readyz() -> Response:
    """Ready for people: the database answers and its tables are those this code knows."""
    from marketplace.db.migrating import head  # alembic: needed for this answer alone

    current = session.scalar(text("SELECT version_num FROM alembic_version"))
    expected = head()
    if current == expected:
        return Response("ready\n", mimetype="text/plain")
    return Response(f"migrations: at {current}, this code needs {expected}\n", status=503, mimetype="text/plain")
