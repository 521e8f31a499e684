"""One request, one transaction, one place that commits; a double click has one effect; a lost connection is retried."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from flask import session as cookie
from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, func
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from marketplace.db import Base, session
from marketplace.kernel import ChangedMeanwhile, Invalid

RETRIED = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock not available
ATTEMPTS = 3
KEY_FIELD = "idempotency_key"

log = structlog.get_logger()


class IdempotentAct(Base):
    """The answers of forms that were sent already: the same key again gets the same answer and no second effect."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), primary_key=True)
    address: Mapped[str]
    status: Mapped[int | None]
    location: Mapped[str | None]
    flashes: Mapped[list[Any] | None] = mapped_column(JSONB)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def worth_another_try(error: DBAPIError) -> bool:
    """True for clashes and lost connections: nothing was committed, and the same request may succeed now."""
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in RETRIED


def in_one_transaction(app: Flask, view: Callable[[], Response]) -> Response:
    """Run the whole view, commit below 400, roll back otherwise; clashes are retried up to three times in all.

    `view` is the application's own dispatch. Used once, in `app.py`.
    """
    before = dict(cookie)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            response = _once(view)
            if response.status_code < 400:
                session.commit()
            else:
                session.rollback()
            return response
        except DBAPIError as error:
            session.rollback()
            if attempt == ATTEMPTS or not worth_another_try(error):
                raise
            log.info("request retried", attempt=attempt, sqlstate=getattr(error.orig, "sqlstate", None))
            _forget(before)
            time.sleep(0.02 * attempt)
        except StaleDataError as error:
            session.rollback()
            raise ChangedMeanwhile(
                "Somebody changed this at the same moment. Nothing was saved: look at it again, then repeat."
            ) from error
        except BaseException:
            session.rollback()
            raise
    raise AssertionError("unreachable")


def _forget(before: dict[str, Any]) -> None:
    """A retried request starts with the cookie and the person it came with."""
    cookie.clear()
    cookie.update(before)
    for name in ("_flashes", "_login_user"):
        g.pop(name, None)


def _once(view: Callable[[], Response]) -> Response:
    key = request.form.get(KEY_FIELD, "") if request.method == "POST" else ""
    person = g.get("acting_person_id")
    if not key or person is None or request.url_rule is None or _only_looks():
        return view()
    if len(key) > 64 or not key.isascii() or not key.isprintable():
        raise Invalid("This form is damaged. Open the page again and repeat.")
    earlier = _claim(key, person)
    if earlier is not None:
        return _replay(earlier)
    already = len(cookie.get("_flashes", []))
    response = view()
    if response.status_code < 400:
        _keep(key, person, response, cookie.get("_flashes", [])[already:])
    return response


def _only_looks() -> bool:
    """Whether the view asked for was registered with `Pages.look`."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "only_looks", False)


def _claim(key: str, person: int) -> IdempotentAct | None:
    """Write the key first: a twin request waits here for our commit, then gets our answer. None when the key is new."""
    address = request.path
    claimed = session.execute(
        insert(IdempotentAct)
        .values(key=key, person_id=person, address=address)
        .on_conflict_do_nothing()
        .returning(IdempotentAct.key)
    ).first()
    if claimed is not None:
        return None
    earlier = session.get_one(IdempotentAct, (key, person))
    if earlier.address != address:
        raise Invalid("This form is damaged. Open the page again and repeat.")
    return earlier


def _keep(key: str, person: int, response: Response, flashes: list[Any]) -> None:
    done = session.get_one(IdempotentAct, (key, person))
    done.status, done.location = response.status_code, response.headers.get("Location")
    done.flashes = [list(flash) for flash in flashes]
    done.body = b"" if response.direct_passthrough else response.get_data()


def _replay(done: IdempotentAct) -> Response:
    if done.flashes:
        cookie["_flashes"] = [*cookie.get("_flashes", []), *(tuple(flash) for flash in done.flashes)]
    response = Response(done.body or b"", status=done.status or 200, mimetype="text/html")
    if done.location:
        response.headers["Location"] = done.location
    response.headers["Idempotent-Replay"] = "true"
    return response
