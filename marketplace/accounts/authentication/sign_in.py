"""Who is asking: from the cookie to the person, under which role, for how long, and what they may open.

Flask-Login signs people in and out and answers `current_user`. What it keeps in the cookie is a random token; whose it is,
since when and until when is a row of ours (`sign_in_session`), which its user loader reads at each request: what is not in
the table is not signed in, also in a copy of the cookie. Its own ways to stay signed in and to tell browsers apart are off.
"""

import time
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Response, current_app, flash, g, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import inspect, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.accounts.authentication import second_factor
from marketplace.accounts.authentication.tokens import new_token, token_hash
from marketplace.accounts.models import Membership, Person, SignInSession
from marketplace.accounts.permissions import Permission, Role
from marketplace.accounts.texts import role_name
from marketplace.config import Settings
from marketplace.db import SYSTEM, VISITOR, bind_actor, session
from marketplace.kernel import NotPermitted, now
from marketplace.web import PUBLIC, SIGNED_IN
from marketplace.web.middleware.proxies import visitor_address
from marketplace.web.transactions import ATTEMPTS, worth_another_try

TOKEN = "_user_id"  # noqa: S105 - Flask-Login's name of the entry in the cookie
WAITING = "waiting_sign_in"
"""The entry that holds the token until the second factor is given."""
LONGEST_SESSION = timedelta(hours=12)
IDLE = timedelta(minutes=30)
IDLE_WITH_POWER = timedelta(minutes=15)
TIME_FOR_SECOND_FACTOR = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)

POWERFUL = frozenset({role for role in Role if role.value.startswith("agency_")}) | {
    Role.FACILITY_OWNER,
    Role.FACILITY_BILLING,
}


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
        waiting = _open_session(cookie.get(WAITING))
        if waiting is not None and _owes_second_factor(*waiting):
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
    found = _open_session(token)
    if found is None or _owes_second_factor(*found):
        g.waiting_sign_in = found
        return None
    signed, person = found
    if now() - signed.seen_at >= SEEN_EVERY and not _asked_by_itself():
        _on_its_own(update(SignInSession).where(SignInSession.id == signed.id).values(seen_at=now()))
    g.sign_in, g.acting_person_id = signed, person.id
    bind_actor(person.actor)
    return person


def _open_session(token: Any) -> tuple[SignInSession, Person] | None:
    """The session of a token and its person, as long as neither has ended; what is over is ended here and forgotten."""
    if not isinstance(token, str) or not token:
        return None
    found = session.execute(
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .where(SignInSession.token_hash == token_hash(token), SignInSession.ended_at.is_(None), Person.active)
        .options(joinedload(Person.memberships).joinedload(Membership.organisation))
        .execution_options(populate_existing=True)
    ).unique()
    row = found.one_or_none()
    if row is None:
        _forget_tokens()
        return None
    signed, person = row
    person.acting, person.token = _acting(signed, person), token
    if _is_over(signed, person, now()):
        _on_its_own(update(SignInSession).where(SignInSession.id == signed.id).values(ended_at=now()))
        _forget_tokens()
        return None
    return signed, person


def _owes_second_factor(signed: SignInSession, person: Person) -> bool:
    return person.totp_seed is not None and signed.second_factor_at is None


def _forget_tokens() -> None:
    for name in (TOKEN, WAITING, "_fresh", "_id"):
        cookie.pop(name, None)


def _acting(signed: SignInSession, person: Person) -> Membership | None:
    if signed.membership_id is None:
        return None
    return next((m for m in person.memberships if m.id == signed.membership_id and m.active), None)


def _is_over(signed: SignInSession, person: Person, at: datetime) -> bool:
    """Too old, idle too long, never finished, or the membership it was opened for has ended."""
    if signed.membership_id is not None and person.acting is None:
        return True
    if (
        person.totp_seed is not None
        and signed.second_factor_at is None
        and at - signed.seen_at > TIME_FOR_SECOND_FACTOR
    ):
        return True
    idle = IDLE_WITH_POWER if person.role in POWERFUL else IDLE
    return at - signed.started_at > LONGEST_SESSION or at - signed.seen_at > idle


def _on_its_own(statement: Any) -> None:
    """In a short transaction of its own, so that neither a long act nor its roll-back has to do with it."""
    with session.session_factory(info={"actor": SYSTEM}) as own, own.begin():
        own.execute(statement.execution_options(synchronize_session=False))


# ---- what they may open -----------------------------------------------------------------------------------------


def check(may: StrEnum) -> Any:
    """Before each page: None to go on, or the way to sign in, to the second factor; raises NotPermitted."""
    if may is PUBLIC:
        return None
    person = current_person_or_none()
    if person is None:
        return _to_sign_in()
    if must_set_up_second_factor(person) and request.endpoint not in WITHOUT_SECOND_FACTOR:
        return redirect(url_for("accounts.set_up_second_factor"), 303)
    if may is SIGNED_IN:
        return None
    if person.acting is None:
        raise NotPermitted(_("You do not belong to an organisation here at the moment. Ask whoever invited you."))
    if isinstance(may, Permission) and person.may(may):
        return None
    raise NotPermitted(
        _(
            "Your role here (%(role)s) does not include this. Ask an owner of %(organisation)s to do it, or to change your role.",
            role=role_name(person.acting.role),
            organisation=person.acting.organisation.name,
        )
    )


def must_set_up_second_factor(person: Person) -> bool:
    """Whether the rest of the site opens only after that."""
    return person.totp_seed is None and settings().require_second_factor and second_factor.required_of(person)


WITHOUT_SECOND_FACTOR = frozenset(
    {"accounts.set_up_second_factor", "accounts.confirm", "accounts.language", "accounts.theme"}
)
"""What a person who still has to set up the second factor can open."""


def _to_sign_in() -> Any:
    if waiting_sign_in() is not None:
        return redirect(url_for("accounts.second_factor", next=asked_page() or None), 303)
    if request.method not in ("GET", "HEAD"):
        flash(_("You were signed out, so nothing was saved. Sign in and repeat it."))
    if "HX-Request" in request.headers:
        # A part of a page asked: the sign-in page must not appear inside it, so the whole page goes there.
        return Response(headers={"HX-Redirect": url_for("accounts.sign_in", next=sent_from() or None)})
    return redirect(url_for("accounts.sign_in", next=asked_page() or None), 303)


def asked_page() -> str:
    """The address to come back to: what was asked for, or the page whose form was sent."""
    shown_here = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    return safe_next(request.full_path.rstrip("?")) if shown_here else sent_from()


def sent_from() -> str:
    """The page of this site whose button or form was used; empty when the browser does not say."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return ""
    return safe_next(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def safe_next(address: str | None) -> str:
    """`address` when it is a page of this site, else an empty text: nobody is led elsewhere after signing in."""
    text = address or ""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if plain and len(text) <= 2000 and not urlsplit(text).netloc else ""


# ---- signing in and out -----------------------------------------------------------------------------------------


def sign_in(person: Person, membership: Membership | None = None, *, second_factor_done: bool = False) -> None:
    """Open a session for this browser. Without `membership` it is the first active one; an older token here ends.

    Whoever has a second factor is signed in by `complete_sign_in`, after the code.
    """
    end_this_session()
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
    if _owes_second_factor(signed, person):
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
    end_this_session()
    logout_user()
    cookie.clear()
    g.acting_person_id = None


def end_this_session() -> None:
    """Whatever token the cookie holds opens nothing any more."""
    tokens = [token for token in (cookie.get(TOKEN), cookie.get(WAITING)) if isinstance(token, str)]
    if tokens:
        _end(SignInSession.token_hash.in_([token_hash(token) for token in tokens]))


def end_sessions(person_id: int, *, except_id: int | None = None, membership_id: int | None = None) -> None:
    """Sign a person out everywhere; of one membership only, or all but one session, where given."""
    which = [SignInSession.person_id == person_id]
    if except_id is not None:
        which.append(SignInSession.id != except_id)
    if membership_id is not None:
        which.append(SignInSession.membership_id == membership_id)
    _end(*which)


def renew_token() -> None:
    """Give this browser a new token: after a password change even a copy of its own cookie is dead."""
    token = new_token()
    signed = current_sign_in()
    signed.token_hash = token_hash(token)
    _let_in(signed, current_person(), token)


def _end(*which: Any) -> None:
    session.execute(
        update(SignInSession)
        .where(SignInSession.ended_at.is_(None), *which)
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )


def _printable(text: str, limit: int) -> str:
    return "".join(c for c in text if c.isprintable())[:limit]


# ---- once more, before money or identity ------------------------------------------------------------------------


def confirmed_recently(minutes: int = 15) -> bool:
    """Whether this person gave the password within the last `minutes`."""
    return now() - current_sign_in().confirmed_at <= timedelta(minutes=minutes)


def confirmed_now() -> None:
    """The password was given once more. It counts also when what it was given for is refused and rolled back."""
    signed, at = current_sign_in(), now()
    _on_its_own(update(SignInSession).where(SignInSession.id == signed.id).values(confirmed_at=at))
    set_committed_value(signed, "confirmed_at", at)
