"""The sign-in of a person: found by the cookie, begun and ended.

Flask-Login signs people in and out and answers `current_user`. What it keeps in the cookie is a random token; whose it is,
since when and until when is a row of ours (`sign_in_session`), which its user loader reads at each request: what is not in
the table is not signed in, also in a copy of the cookie. Its own ways to stay signed in and to tell browsers apart are off.
"""

import time
from datetime import timedelta
from typing import Any, cast

from flask import current_app, g, request
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import inspect, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.accounts.authentication.session_registry import (
    SEEN_EVERY,
    end_tokens,
    in_own_transaction,
    open_session,
    owes_second_factor,
)
from marketplace.accounts.authentication.tokens import new_token, token_hash
from marketplace.accounts.models import Membership, Person, SignInSession
from marketplace.config import Settings
from marketplace.db import VISITOR, bind_actor, session
from marketplace.kernel import NotPermitted, now
from marketplace.web.middleware.proxies import visitor_address
from marketplace.web.transactions import ATTEMPTS, worth_another_try

TOKEN = "_user_id"  # noqa: S105 - Flask-Login's name of the entry in the cookie
WAITING = "waiting_sign_in"
"""The entry that holds the token until the second factor is given."""


def settings() -> Settings:
    """The settings of the application that answers this request."""
    return cast(Settings, current_app.config["SETTINGS"])


# ---- who is asking ----------------------------------------------------------------------------------------------


class Logins(LoginManager):  # type: ignore[misc]
    """Flask-Login without its remember-me cookie: nobody stays signed in past the limits above."""

    def _load_user_from_remember_cookie(self, cookie: str) -> None:
        return None


logins = Logins()
logins.session_protection = None  # a phone changes its address; idle and absolute limits are the registry's


def load_person() -> None:
    """Before each request: find the person behind the cookie and let the session act for them. One SQL statement.

    Nothing has been done yet, so a lost connection is tried again here.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _load()
            return
        except DBAPIError as error:
            session.rollback()
            g.pop("_login_user", None)
            if attempt == ATTEMPTS or not worth_another_try(error):
                raise
            time.sleep(0.02 * attempt)


def _load() -> None:
    for name in ("sign_in", "waiting_sign_in", "_login_user"):
        g.pop(name, None)
    g.acting_person_id = None
    if not current_user.is_authenticated:  # asks `_person_behind`
        bind_actor(VISITOR)
        waiting = _session_of(cookie.get(WAITING))
        if waiting is not None and owes_second_factor(*waiting):
            g.waiting_sign_in = waiting


def current_person_or_none() -> Person | None:
    """The person who is signed in, if anybody is."""
    if "_login_user" not in g:
        _load_or_nobody()
    person = current_user._get_current_object()
    if isinstance(person, Person) and inspect(person).expired:  # a roll-back forgot what was loaded
        _load_or_nobody()
        person = current_user._get_current_object()
    return person if isinstance(person, Person) else None


def current_person() -> Person:
    """The person who is signed in; raises NotPermitted when nobody is."""
    person = current_person_or_none()
    if person is None:
        raise NotPermitted(_("Sign in first."))
    return person


def current_sign_in() -> SignInSession:
    """The signed-in browser that is asking; raises NotPermitted when it is not signed in."""
    current_person()
    return cast(SignInSession, g.sign_in)


def waiting_sign_in() -> tuple[SignInSession, Person] | None:
    """The browser that gave the right password and still owes the second factor."""
    return cast("tuple[SignInSession, Person] | None", g.get("waiting_sign_in"))


def _asked_by_itself() -> bool:
    """Whether a part of a page refreshes itself (`Pages.watch`): an open page alone does not keep anybody signed in."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "only_watches", False)


def _load_or_nobody() -> None:
    """While an error page is drawn the database may be gone: the page is then drawn for nobody."""
    try:
        _load()
    except DBAPIError:
        if not g.get("error_page"):
            raise
        session.rollback()
        g._login_user = None


@logins.user_loader  # type: ignore[untyped-decorator]
def _person_behind(token: Any) -> Person | None:
    """Flask-Login asks: whose token is it? From here on the session acts for that person."""
    found = _session_of(token)
    if found is None or owes_second_factor(*found):
        g.waiting_sign_in = found
        return None
    signed, person = found
    if now() - signed.seen_at >= SEEN_EVERY and not _asked_by_itself():
        in_own_transaction(update(SignInSession).where(SignInSession.id == signed.id).values(seen_at=now()))
    g.sign_in, g.acting_person_id = signed, person.id
    bind_actor(person.actor)
    return person


def _session_of(token: Any) -> tuple[SignInSession, Person] | None:
    """The live session of a token in the cookie; a token that opens nothing is taken out of the cookie."""
    if not isinstance(token, str) or not token:
        return None
    found = open_session(token)
    if found is None:
        for name in (TOKEN, WAITING, "_fresh", "_id"):
            cookie.pop(name, None)
    return found


# ---- signing in and out -----------------------------------------------------------------------------------------


def sign_in(person: Person, membership: Membership | None = None, *, second_factor_done: bool = False) -> None:
    """Open a session for this browser. Without `membership` it is the first active one; an older token here ends.

    Whoever has a second factor is signed in by `complete_sign_in`, after the code.
    """
    _end_this_session()
    at = now()
    chosen = membership or next((m for m in person.memberships if m.active), None)
    token = new_token()
    signed = SignInSession(
        token_hash=token_hash(token),
        person_id=person.id,
        membership_id=chosen.id if chosen else None,
        started_at=at,
        seen_at=at,
        confirmed_at=at,
        second_factor_at=at if second_factor_done else None,
        user_agent=_printable(request.user_agent.string, 200),
        address=visitor_address() or "",
    )
    session.add(signed)
    session.flush()
    flashes = cookie.get("_flashes")
    cookie.clear()  # with it the old CSRF token
    if flashes:
        cookie["_flashes"] = flashes
    if owes_second_factor(signed, person):
        cookie[WAITING] = token
        return
    person.acting = chosen
    _let_in(signed, person, token)


def complete_sign_in(signed: SignInSession, person: Person) -> None:
    """The second factor was right: from here on this browser is signed in, under a new token."""
    signed.second_factor_at = signed.seen_at = signed.confirmed_at = now()
    cookie.pop(WAITING, None)
    token = new_token()
    signed.token_hash = token_hash(token)
    _let_in(signed, person, token)


def _let_in(signed: SignInSession, person: Person, token: str) -> None:
    person.token, g.sign_in = token, signed
    login_user(person)


def switch_to(membership: Membership) -> None:
    """Go on under another membership of the same person."""
    current_sign_in().membership_id = membership.id
    current_person().acting = membership


def sign_out() -> None:
    """End the session of this browser, on the server: the cookie is worthless afterwards, also a copy of it."""
    _end_this_session()
    logout_user()
    cookie.clear()
    g.acting_person_id = None


def _end_this_session() -> None:
    """End on the server what the tokens in this cookie open."""
    end_tokens([token for token in (cookie.get(TOKEN), cookie.get(WAITING)) if isinstance(token, str)])


def renew_token() -> None:
    """Give this browser a new token: after a password change even a copy of its own cookie is dead."""
    token = new_token()
    signed = current_sign_in()
    signed.token_hash = token_hash(token)
    _let_in(signed, current_person(), token)


def _printable(text: str, limit: int) -> str:
    return "".join(c for c in text if c.isprintable())[:limit]


# ---- once more, before money or identity ------------------------------------------------------------------------


def confirmed_recently(minutes: int = 15) -> bool:
    """Whether this person gave the password within the last `minutes`."""
    return now() - current_sign_in().confirmed_at <= timedelta(minutes=minutes)


def confirmed_now() -> None:
    """The password was given once more. It counts also when what it was given for is refused and rolled back."""
    signed, at = current_sign_in(), now()
    in_own_transaction(update(SignInSession).where(SignInSession.id == signed.id).values(confirmed_at=at))
    set_committed_value(signed, "confirmed_at", at)
