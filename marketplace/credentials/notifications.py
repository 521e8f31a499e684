"""Notices and letters to a coordinator about credentials: a decision, a coming end."""

from datetime import datetime

from sqlalchemy import select

from marketplace.credentials.models import Credential
from marketplace.credentials.queries import with_details
from marketplace.credentials.rules import CredentialState
from marketplace.db import jobs_app, session
from marketplace.kernel import Phrase, named
from marketplace.messaging.writing import Mail, notify

PAGE = "/credentials/mine"


@jobs_app.task(name="credentials.tell_decided", queue="mail", retry=3)
def notify_decided(credential_id: int, decided_at: str) -> None:
    """Tell a coordinator the decision about their credential, unless it was taken back meanwhile."""
    credential = session.scalars(with_details(select(Credential)).where(Credential.id == credential_id)).one_or_none()
    if credential is None or credential.decided_at != datetime.fromisoformat(decided_at):
        return
    person, kind, reason = credential.coordinator.person, named(credential.kind), credential.decision_note
    match credential.state:
        case CredentialState.VERIFIED | CredentialState.SUPERSEDED:
            notify(person, Phrase("%(kind)s is verified.", kind=kind), kind="credential", link=PAGE)
            return
        case CredentialState.REJECTED:
            decided = Phrase("%(kind)s was not accepted: %(reason)s", kind=kind, reason=reason)
            then = Phrase("Upload a better one; the agency looks at it again.")
        case CredentialState.REVOKED:
            decided = Phrase("%(kind)s does not count any more: %(reason)s", kind=kind, reason=reason)
            then = Phrase("Shifts that need it cannot be worked until a new one is verified.")
        case _:
            return
    letter = Mail(Phrase("About your %(kind)s", kind=kind), [decided, then], Phrase("Look at my credentials"))
    notify(person, decided, kind="credential", link=PAGE, letter=letter)


def notify_expiring(credential: Credential, left: int) -> None:
    """It ends in `left` days."""
    kind = named(credential.kind)
    sentence = Phrase(
        "Your %(kind)s ends on %(day)s. Days left: %(days)s.", kind=kind, day=credential.expires_on, days=left
    )
    letter = Mail(
        Phrase("Your %(kind)s ends soon", kind=kind),
        [sentence, Phrase("Upload the renewed one in time: shifts after that day need it.")],
        Phrase("Upload it"),
    )
    link = f"{PAGE}/new?renew={credential.id}"
    notify(credential.coordinator.person, sentence, kind="expiring", link=link, letter=letter)
