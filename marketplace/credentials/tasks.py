"""Jobs on credentials: reminders before the end, stray files deleted."""

from sqlalchemy.dialects.postgresql import insert

from marketplace.credentials.files.storage import remove_strays
from marketplace.credentials.models import ExpiryReminder
from marketplace.credentials.notifications import notify_expiring
from marketplace.credentials.queries import expiring
from marketplace.credentials.rules import REMINDER_DAYS, expiry_level
from marketplace.db import jobs_app, session
from marketplace.kernel import local_day, now


@jobs_app.task(name="credentials.remind", queueing_lock="credentials.remind")
def remind(timestamp: int = 0) -> int:
    """60, 30 and 7 days before the last valid day the coordinator gets a letter and a notice, once each. Returns how many."""
    at, told = now(), 0
    for credential in expiring(max(REMINDER_DAYS) + 1, at.date()):
        assert credential.expires_on is not None
        today = local_day(at, credential.coordinator.time_zone)
        days = expiry_level(credential.expires_on, today)
        if not days:
            continue
        new = session.execute(
            insert(ExpiryReminder)
            .values(credential_id=credential.id, expires_on=credential.expires_on, days=days, told_at=at)
            .on_conflict_do_nothing()
            .returning(ExpiryReminder.id)
        ).first()
        if new is not None:
            notify_expiring(credential, (credential.expires_on - today).days)
            told += 1
    return told


@jobs_app.task(name="credentials.sweep", queueing_lock="credentials.sweep")
def sweep(timestamp: int = 0) -> int:
    """Files without a row are deleted. Returns how many."""
    return remove_strays(now())
