"""Sending letters: over SMTP where a server is set, else into the outbox folder as .eml. Tried again when it fails."""

from procrastinate import RetryStrategy
from sqlalchemy import select

from marketplace.config import Settings
from marketplace.db import SYSTEM, jobs_app, session
from marketplace.kernel import now
from marketplace.messaging.delivery import DeliveryRefused, post
from marketplace.messaging.models import Letter

# After 1, 2, 4 … minutes: a mail server that is down for a day is no reason to lose a letter.
AGAIN = RetryStrategy(max_attempts=12, exponential_wait=60)


@jobs_app.task(name="messaging.send", queue="mail", retry=AGAIN)
def send(letter_id: int) -> None:
    """Send one letter, unless that is done. What the server refuses for good is kept with its reason."""
    send_letter(letter_id, Settings.from_environment())


def send_letter(letter_id: int, settings: Settings) -> None:
    """In a transaction of its own, with the letter locked: two workers never send it both.

    Between the server's "accepted" and our commit a crash may make it go twice; it then carries the same Message-ID.
    """
    with session.session_factory(info={"actor": SYSTEM}) as own, own.begin():
        letter = own.scalars(
            select(Letter).where(Letter.id == letter_id, Letter.sent_at.is_(None)).with_for_update(skip_locked=True)
        ).one_or_none()
        if letter is None:
            return
        try:
            letter.sent_as = post(letter, settings)
        except DeliveryRefused as refusal:
            letter.failed = str(refusal)
            return
        letter.sent_at, letter.failed = now(), None
