"""Proving who somebody is: the password, then the code. Every wrong answer costs the same and says the same."""

from datetime import datetime

import structlog

from marketplace.accounts.audit_hook import record
from marketplace.accounts.authentication import rate_limits, second_factor
from marketplace.accounts.authentication.one_time_links import kill_links
from marketplace.accounts.authentication.passwords import (
    check_new_password,
    hash_password,
    is_outdated,
    password_matches,
)
from marketplace.accounts.authentication.session_registry import end_sessions
from marketplace.accounts.models import Person
from marketplace.accounts.queries import person_by_email
from marketplace.config import settings_in_force
from marketplace.kernel import Phrase

log = structlog.get_logger()


def person_with_password(email: str, password: str, address: str | None, at: datetime) -> Person | None:
    """The active person with this address and password, else None: unknown, wrong, switched off or too many tries alike.

    Tries are counted before the hash is touched, for the account and for the network address; a right one is given back.
    Where the address is not known (None) only the account is counted.
    """
    whom = rate_limits.account_and_place(email, address)
    if not rate_limits.within_limits(rate_limits.PASSWORDS, *whom, at=at):
        log.warning("password not looked at: too many tries", address=address)
        return None
    person = person_by_email(email)
    kept = person.password if person is not None and person.active else None
    if not password_matches(kept, password) or person is None or kept is None:
        log.warning("password refused", address=address, person=person.id if person is not None else None)
        return None
    rate_limits.give_back(rate_limits.PASSWORDS, *whom)
    if is_outdated(kept):
        person.password = hash_password(password)
    return person


def code_is_right(person: Person, code: str, at: datetime) -> bool | None:
    """Use up a code of the second factor. None: too many tries, and the code was not even looked at."""
    whom = f"person {person.id}"
    if not rate_limits.within_limits(rate_limits.SECOND_FACTORS, whom, at=at):
        return None
    if not second_factor.use_code(person, code, at, settings_in_force().secret_key):
        return False
    rate_limits.give_back(rate_limits.SECOND_FACTORS, whom)
    return True


def set_password(person: Person, password: str, at: datetime, *, keep_session: int | None = None) -> None:
    """A new password: whoever was signed in with the old one is not any more, and links sent before are dead.

    `keep_session` is the sign-in that stays, when the person is changing it there. Raises Invalid for a poor password.
    """
    organisations = [membership.organisation.name for membership in person.memberships]
    check_new_password(
        password,
        about=(person.name, person.email, settings_in_force().agency_name, *organisations),
        second_factor=person.totp_seed is not None,
    )
    person.password = hash_password(password)
    person.confirmed_at = person.confirmed_at or at
    kill_links(person.id, at)
    end_sessions(person.id, except_id=keep_session)
    record("changed password", person, Phrase("%(name)s chose a new password.", name=person.name), person)
