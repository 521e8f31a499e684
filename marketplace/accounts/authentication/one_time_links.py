"""Links that work once: for a new password, for a new address. Looking at one changes nothing."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select, update

from marketplace.accounts.authentication.tokens import new_token, token_hash
from marketplace.accounts.models import OneTimeLink, Person
from marketplace.accounts.queries import person_by_id
from marketplace.db import session
from marketplace.kernel import N_, NotAllowedNow, NotFound


class Purpose(StrEnum):
    NEW_PASSWORD = "new-password"  # noqa: S105 - a purpose, not a password
    NEW_EMAIL = "new-email"


GOOD_FOR = {Purpose.NEW_PASSWORD: timedelta(hours=1), Purpose.NEW_EMAIL: timedelta(hours=24)}


def make_link(person: Person, purpose: Purpose, at: datetime, email: str | None = None) -> str:
    """A token for `person`; all earlier ones for the same purpose are dead. Only its hash is kept."""
    kill_links(person.id, at, purpose)
    token = new_token()
    session.add(
        OneTimeLink(
            purpose=purpose.value,
            token_hash=token_hash(token),
            person_id=person.id,
            email=email,
            expires_at=at + GOOD_FOR[purpose],
        )
    )
    session.flush()
    return token


def look_at_link(token: str, purpose: Purpose, at: datetime) -> OneTimeLink:
    """The link while it is still good; raises NotFound with what to do. Changes nothing."""
    link = session.scalars(select(OneTimeLink).where(*_good(token, purpose, at))).one_or_none()
    if link is None:
        raise NotFound(_DEAD)
    return link


def use_link(token: str, purpose: Purpose, at: datetime) -> OneTimeLink:
    """Use the link up. Of several requests at once exactly one gets it; the others get NotFound."""
    link = session.scalars(
        update(OneTimeLink)
        .where(*_good(token, purpose, at))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
        .returning(OneTimeLink)
    ).one_or_none()
    if link is None:
        raise NotFound(_DEAD)
    return link


def person_of_link(token: str, purpose: Purpose, at: datetime) -> Person:
    """The owner of a link. Raises NotFound when it is not good any more, NotAllowedNow when their account is switched off."""
    person = person_by_id(look_at_link(token, purpose, at).person_id)
    if not person.active:
        raise NotAllowedNow("This account is switched off. Ask whoever invited you.")
    return person


def kill_links(person_id: int, at: datetime, *purposes: Purpose) -> None:
    """No link sent so far for these purposes (default: any) works any more."""
    which = [OneTimeLink.purpose.in_([p.value for p in purposes])] if purposes else []
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.person_id == person_id, OneTimeLink.used_at.is_(None), *which)
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )


_DEAD = N_("This link has been used, is too old, or was replaced by a newer one. Ask for a new one.")


def _good(token: str, purpose: Purpose, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        OneTimeLink.token_hash == token_hash(token),
        OneTimeLink.purpose == purpose.value,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > at,
    )
