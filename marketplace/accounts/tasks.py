"""Letters about an account, written behind the page, so that the page answers alike whether the account exists."""

from datetime import timedelta

from sqlalchemy import delete, or_

from marketplace.accounts.authentication.one_time_links import Purpose, make_link
from marketplace.accounts.authentication.rate_limits import forget_old_attempts
from marketplace.accounts.models import OneTimeLink, SignInSession
from marketplace.accounts.notifications import notify_new_password_link
from marketplace.accounts.queries import person_by_email
from marketplace.db import SYSTEM, bind_actor, jobs_app, session
from marketplace.kernel import now

KEPT_FOR = timedelta(days=30)


@jobs_app.task(name="accounts.send_new_password_link", queue="mail", retry=3)
def send_new_password_link(email: str) -> None:
    """In a transaction of its own: the link for somebody who can sign in, nothing for anybody else."""
    try:
        bind_actor(SYSTEM)
        write_new_password_letter(email)
        session.commit()
    finally:
        session.remove()


@jobs_app.task(name="accounts.forget", queue="house", pass_context=False)
def forget(timestamp: int = 0) -> None:
    """Every night: counts whose time is over, and sessions and links that have opened nothing for a month."""
    try:
        bind_actor(SYSTEM)
        forget_what_is_over()
        session.commit()
    finally:
        session.remove()


def forget_what_is_over() -> None:
    """The audit trail still tells who signed in when; what only served to recognise a browser goes."""
    long_ago = now() - KEPT_FOR
    forget_old_attempts(now())
    session.execute(
        delete(SignInSession).where(or_(SignInSession.ended_at < long_ago, SignInSession.seen_at < long_ago))
    )
    session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < long_ago))


def write_new_password_letter(email: str) -> bool:
    """Whether there was anybody to write to."""
    person = person_by_email(email)
    if person is None or not person.active or person.password is None:
        return False
    notify_new_password_link(person, make_link(person, Purpose.NEW_PASSWORD, now()))
    return True
