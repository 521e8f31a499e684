"""A coordinator hands in a paper: what stands on it, and the file that shows it."""

from datetime import date, datetime

from sqlalchemy import select

from marketplace.accounts.authentication import rate_limits
from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.coordinators.models import Coordinator
from marketplace.credentials.files.storage import keep
from marketplace.credentials.models import Credential
from marketplace.credentials.queries import compact_on
from marketplace.credentials.rules import CredentialDraft, CredentialState, checked
from marketplace.db import as_system, session
from marketplace.kernel import Invalid, Phrase, local_day, named


def upload(
    coordinator: Coordinator, paper: CredentialDraft, data: bytes, filename: str, by: Person, at: datetime
) -> Credential:
    """Hand in `paper` with its file; it waits for the agency. Raises Invalid naming the field, and then nothing is kept.

    One that still waits under the same number is replaced: they noticed a mistake and did it again.
    """
    today = local_day(at, coordinator.time_zone)
    read = checked(paper, today, compact_on(today))
    if read.multistate and read.region != coordinator.work_state:
        raise Invalid(
            "A multistate license counts elsewhere only from the state you live in (%(home)s). Take off the tick, or have"
            " your state corrected first.",
            "multistate",
            home=coordinator.work_state or Phrase("no US state"),
        )
    earlier = _earlier(coordinator, read)
    for one in earlier:
        if one.state is CredentialState.VERIFIED and _dates(one) == (read.issued_on, read.expires_on):
            raise Invalid("This credential is verified already. There is nothing more to do.", "number")
    if not rate_limits.within_limits(rate_limits.UPLOADS, f"upload {by.id}", at=at):
        raise Invalid("You have uploaded many files in a short time. Wait a few minutes, then go on.", "file")
    document = keep(data, filename, coordinator.id, at)
    credential = Credential(
        coordinator_id=coordinator.id,
        type=read.kind.code,
        number=read.number,
        region=read.region,
        multistate=read.multistate,
        issued_on=read.issued_on,
        expires_on=read.expires_on,
        document_id=document.id,
        state=CredentialState.SUBMITTED,
        submitted_at=at,
    )
    with as_system():  # a coordinator may hand in, not change: what they handed in before is put aside for them
        for one in earlier:
            if one.state is CredentialState.SUBMITTED:
                one.supersede(None)
        session.flush()
    record("upload", credential, _handed_in(read), by=by, sha256=document.sha256)
    return credential


def _earlier(coordinator: Coordinator, paper: CredentialDraft) -> list[Credential]:
    return list(
        session.scalars(
            select(Credential).where(
                Credential.coordinator_id == coordinator.id,
                Credential.type == paper.kind.code,
                Credential.region == paper.region,
                Credential.number == paper.number,
                Credential.state.in_([CredentialState.SUBMITTED, CredentialState.VERIFIED]),
            )
        )
    )


def _dates(credential: Credential) -> tuple[date | None, date | None]:
    return credential.issued_on, credential.expires_on


def _handed_in(paper: CredentialDraft) -> Phrase:
    if paper.region:
        return Phrase("Handed in: %(kind)s, %(region)s.", kind=named(paper.kind), region=paper.region)
    return Phrase("Handed in: %(kind)s.", kind=named(paper.kind))
