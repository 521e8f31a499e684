"""What happens to papers by themselves: letters about decisions, reminders before the end, stray files swept."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.credentials.documents import remove_strays
from marketplace.credentials.models import Credential, ExpiryReminder
from marketplace.credentials.queries import expiring, whole
from marketplace.credentials.rules import REMINDER_DAYS, CredentialState, expiry_level
from marketplace.db.jobs import jobs_app
from marketplace.db.session import session
from marketplace.kernel.clock import now
from marketplace.kernel.spans import local_day
from marketplace.messaging.words import day_in, words_in
from marketplace.messaging.writing import notify, write_letter

PAGE = "/credentials/mine"


@jobs_app.task(name="credentials.tell_decided", queue="mail", retry=3)
def tell_decided(credential_id: int, decided_at: str) -> None:
    """She hears what was decided about her paper, unless that decision was taken back in the meantime."""
    credential = session.scalars(whole(select(Credential)).where(Credential.id == credential_id)).one_or_none()
    if credential is None or credential.decided_at != datetime.fromisoformat(decided_at):
        return
    person = credential.coordinator.person
    _ = words_in(person.locale)
    kind = credential.kind.name_es if person.locale == "es" else credential.kind.name
    reason = credential.decision_note
    match credential.state:
        case CredentialState.VERIFIED | CredentialState.SUPERSEDED:
            notify(person.id, "credential", _("%(kind)s is verified.", kind=kind), PAGE)
            return
        case CredentialState.REJECTED:
            said = _("%(kind)s was not accepted: %(reason)s", kind=kind, reason=reason)
            next_step = _("Upload a better one; the agency looks at it again.")
        case CredentialState.REVOKED:
            said = _("%(kind)s does not count any more: %(reason)s", kind=kind, reason=reason)
            next_step = _("Shifts that need it cannot be worked until a new one is verified.")
        case _:
            return
    notify(person.id, "credential", said, PAGE)
    write_letter(
        person.email, "credential", _("About your %(kind)s", kind=kind), "plain", link=PAGE, locale=person.locale,
        sentences=[said, next_step], button=_("Look at my credentials"),
    )  # fmt: skip


@jobs_app.task(name="credentials.remind", queueing_lock="credentials.remind")
def remind(timestamp: int = 0) -> int:
    """60, 30 and 7 days before the last valid day she gets a letter and a notice, once each. Returns how many."""
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
            _remind(credential, (credential.expires_on - today).days)
            told += 1
    return told


def _remind(credential: Credential, left: int) -> None:
    person = credential.coordinator.person
    assert credential.expires_on is not None
    _ = words_in(person.locale)
    kind = credential.kind.name_es if person.locale == "es" else credential.kind.name
    said = _(
        "Your %(kind)s ends on %(day)s. Days left: %(days)s.",
        kind=kind, day=day_in(credential.expires_on, person.locale), days=left,
    )  # fmt: skip
    link = f"/credentials/mine/new?renew={credential.id}"
    notify(person.id, "expiring", said, link)
    write_letter(
        person.email, "expiring", _("Your %(kind)s ends soon", kind=kind), "plain", link=link, locale=person.locale,
        sentences=[said, _("Upload the renewed one in time: shifts after that day need it.")], button=_("Upload it"),
    )  # fmt: skip


@jobs_app.task(name="credentials.sweep", queueing_lock="credentials.sweep")
def sweep(timestamp: int = 0) -> int:
    """Files without a row are deleted. Returns how many."""
    return remove_strays(now())
