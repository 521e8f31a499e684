"""The sign-ins that are live: which token is whose, when a sign-in is over, and how it is ended on the server."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.tokens import token_hash
from marketplace.accounts.models import Membership, Person, SignInSession
from marketplace.accounts.permissions import Role
from marketplace.db import SYSTEM, session
from marketplace.kernel import now

LONGEST_SESSION = timedelta(hours=12)
IDLE = timedelta(minutes=30)
IDLE_WITH_POWER = timedelta(minutes=15)
TIME_FOR_SECOND_FACTOR = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)

POWERFUL = frozenset({role for role in Role if role.value.startswith("agency_")}) | {
    Role.FACILITY_OWNER,
    Role.FACILITY_BILLING,
}


def open_session(token: str) -> tuple[SignInSession, Person] | None:
    """The session of a token and its person; None when either has ended. A session past its limits is ended here."""
    found = session.execute(
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .where(SignInSession.token_hash == token_hash(token), SignInSession.ended_at.is_(None), Person.active)
        .options(joinedload(Person.memberships).joinedload(Membership.organisation))
        .execution_options(populate_existing=True)
    ).unique()
    row = found.one_or_none()
    if row is None:
        return None
    signed, person = row
    person.acting, person.token = _acting(signed, person), token
    if _is_over(signed, person, now()):
        in_own_transaction(update(SignInSession).where(SignInSession.id == signed.id).values(ended_at=now()))
        return None
    return signed, person


def owes_second_factor(signed: SignInSession, person: Person) -> bool:
    """Whether the password was right and the code is still to come."""
    return person.totp_seed is not None and signed.second_factor_at is None


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


def in_own_transaction(statement: Any) -> None:
    """Run and commit an UPDATE apart from the request's transaction, so that a roll-back does not undo it."""
    with session.session_factory(info={"actor": SYSTEM}) as own, own.begin():
        own.execute(statement.execution_options(synchronize_session=False))


def end_tokens(tokens: list[str]) -> None:
    """End the sessions these tokens open."""
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


def _end(*which: Any) -> None:
    session.execute(
        update(SignInSession)
        .where(SignInSession.ended_at.is_(None), *which)
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )
