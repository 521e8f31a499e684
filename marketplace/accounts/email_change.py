"""Another e-mail address: it counts once its own letter is answered, and the old one is told."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from marketplace.accounts import notifications
from marketplace.accounts.audit_hook import record
from marketplace.accounts.authentication import rate_limits
from marketplace.accounts.authentication.one_time_links import Purpose, make_link, person_of_link, use_link
from marketplace.accounts.authentication.session_registry import end_sessions
from marketplace.accounts.models import Person
from marketplace.db import session
from marketplace.kernel import Invalid, NotAllowedNow, Phrase


def ask_for_new_email(person: Person, email: str, at: datetime) -> None:
    """Send the letter to the new address. Raises Invalid after too many letters."""
    if not rate_limits.within_limits(rate_limits.LETTERS, f"person {person.id}", at=at):
        raise Invalid("You asked for several letters already. Wait a quarter of an hour.", "email")
    notifications.notify_new_email(person, email, make_link(person, Purpose.NEW_EMAIL, at, email))


def change_email(token: str, at: datetime) -> Person:
    """Use the link of the letter up: the address is changed and every sign-in ends. Raises NotFound, NotAllowedNow."""
    person = person_of_link(token, Purpose.NEW_EMAIL, at)
    link = use_link(token, Purpose.NEW_EMAIL, at)
    assert link.email is not None
    try:
        with session.begin_nested():
            person.email, person.confirmed_at = link.email, at
    except IntegrityError as error:
        raise NotAllowedNow("This address cannot be used. Sign in with the old one and choose another.") from error
    end_sessions(person.id)
    record("changed e-mail", person, Phrase("%(name)s uses another e-mail address.", name=person.name), person)
    return person
