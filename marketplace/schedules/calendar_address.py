"""The secret address under which a calendar program reads the shifts of one person."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.encryption import Unsealable, seal, unseal
from marketplace.accounts.authentication.tokens import new_token as random_token
from marketplace.accounts.authentication.tokens import token_hash
from marketplace.accounts.models import Membership, Person
from marketplace.accounts.permissions import Permission
from marketplace.audit.recording import record
from marketplace.db import as_system, session
from marketplace.kernel import NotFound, Phrase
from marketplace.needs.models import CalendarLink


def new_token(person: Person, at: datetime, secret_key: str) -> str:
    """A new secret for the membership the person acts under; the old address stops working."""
    membership = _acting(person)
    token = random_token()
    with as_system():
        session.execute(delete(CalendarLink).where(CalendarLink.membership_id == membership.id))
        session.add(
            CalendarLink(
                membership_id=membership.id,
                token_hash=token_hash(token),
                sealed_token=seal(token.encode(), _place(membership.id), secret_key),
                made_at=at,
            )
        )
        session.flush()
        record("new_calendar_link", membership, Phrase("Made a new calendar address."), by=person)
        session.flush()
    return token


def end_link(person: Person) -> None:
    """The address stops working and there is no new one."""
    membership = _acting(person)
    with as_system():
        session.execute(delete(CalendarLink).where(CalendarLink.membership_id == membership.id))
        record("end_calendar_link", membership, Phrase("Ended the calendar address."), by=person)
        session.flush()


def present_token(person: Person, secret_key: str) -> str | None:
    """The secret of the person's address, or None when there is none (or it was sealed with an earlier key)."""
    with as_system():
        link = session.get(CalendarLink, _acting(person).id)
    if link is None:
        return None
    try:
        return unseal(link.sealed_token, _place(link.membership_id), secret_key).decode()
    except Unsealable:
        return None


def owner_of(token: str) -> Person:
    """The owner of the calendar that a secret opens, acting under the membership it was made for. Raises NotFound."""
    with as_system():
        membership = session.scalars(
            select(Membership)
            .join(CalendarLink, CalendarLink.membership_id == Membership.id)
            .join(Membership.person)
            .where(CalendarLink.token_hash == token_hash(token), Membership.active, Person.active)
            .options(joinedload(Membership.person), joinedload(Membership.organisation))
        ).one_or_none()
    if membership is None:
        raise NotFound("This calendar address does not work any more. Make a new one on the schedule page.")
    person = membership.person
    person.acting = membership
    if not person.may(Permission.SHIFT_SEE):
        raise NotFound("This calendar address does not work any more. Make a new one on the schedule page.")
    return person


def _acting(person: Person) -> Membership:
    if person.acting is None:
        raise NotFound("Only members of the agency or a facility, and coordinators, have a schedule.")
    return person.acting


def _place(membership_id: int) -> str:
    return f"calendar_link.sealed_token:{membership_id}"
