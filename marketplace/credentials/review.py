"""The agency decides about a paper: verified, rejected, revoked; within ten minutes as if nothing had been."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.coordinators.readiness import look_again
from marketplace.credentials.models import Credential
from marketplace.credentials.notifications import notify_decided
from marketplace.credentials.queries import compact_on, kind_of, the_same
from marketplace.credentials.rules import LIFE, TIME_TO_UNDO, CredentialDraft, CredentialState, checked, replaces
from marketplace.db import enqueue, session
from marketplace.kernel import N_, Invalid, NotAllowedNow, Phrase, clean_text, local_day, named, now

LONGEST_NOTE = 500


def paper_of(credential: Credential) -> CredentialDraft:
    """The facts of a credential, for the rules (loaded with its kind)."""
    return CredentialDraft(
        kind_of(credential.kind),
        credential.number,
        credential.region,
        credential.multistate,
        credential.issued_on,
        credential.expires_on,
    )


def replaced_by(credential: Credential, others: Collection[Credential], today: date) -> list[Credential]:
    """Which of the coordinator's other papers are superseded once this one is verified."""
    new = paper_of(credential)
    verified = [one for one in others if one.state is CredentialState.VERIFIED]
    return [one for one in verified if replaces(new, paper_of(one), today)]


def verify(
    credential: Credential, paper: CredentialDraft, by: Person, at: datetime, note: str = ""
) -> list[Credential]:
    """It was held against its source and reads as `paper`. Returns what it replaces; raises Invalid or NotAllowedNow.

    `note` says where it was looked up; needed for what the catalogue wants checked at its issuer.
    """
    LIFE.after(credential.state, "verify")
    today = local_day(at, credential.coordinator.time_zone)
    read = checked(paper, today, compact_on(today))
    source = clean_text(note, LONGEST_NOTE, "note")
    if read.kind.numbered and not source:
        raise Invalid("Write where you looked it up: the register and what it said.", "note")
    others = the_same(credential)
    _check_new(read, others)
    before = paper_of(credential)
    credential.number, credential.region, credential.multistate = read.number, read.region, read.multistate
    credential.issued_on, credential.expires_on = read.issued_on, read.expires_on
    credential.verify(by, at, source)
    replaced = replaced_by(credential, others, today)
    for one in replaced:
        one.supersede(credential)
    session.flush()
    changed = {
        name: [_plain(getattr(before, name)), _plain(getattr(read, name))]
        for name in ("number", "region", "multistate", "issued_on", "expires_on")
        if getattr(before, name) != getattr(read, name) and name != "number"
    }
    kind = named(read.kind)
    sentence = Phrase("Verified: %(kind)s.", kind=kind)
    if read.expires_on:
        sentence = Phrase("Verified: %(kind)s, valid to %(day)s.", kind=kind, day=read.expires_on)
    record(
        "verify", credential, sentence, by=by, source=source, corrected=changed,
        replaced=[one.id for one in replaced],
    )  # fmt: skip
    _tell_later(credential)
    look_again(credential.coordinator)
    return replaced


def reject(credential: Credential, reason: str, by: Person, at: datetime) -> None:
    """It does not show what it should; the coordinator reads the reason. Raises Invalid without one, NotAllowedNow."""
    said = _reason(reason)
    credential.reject(by, at, said)
    session.flush()
    record(
        "reject", credential, Phrase("Rejected: %(kind)s. %(reason)s", kind=named(credential.kind), reason=said), by=by
    )
    _tell_later(credential)


def revoke(credential: Credential, reason: str, by: Person, at: datetime) -> None:
    """Revoke a verified credential. Shifts already booked are looked at again before they start."""
    said = _reason(reason)
    credential.revoke(by, at, said)
    session.flush()
    record(
        "revoke", credential, Phrase("Revoked: %(kind)s. %(reason)s", kind=named(credential.kind), reason=said), by=by
    )
    _tell_later(credential)


def take_back(credential: Credential, by: Person, at: datetime) -> None:
    """Within ten minutes the last decision is undone, and with it what it replaced. Raises NotAllowedNow afterwards."""
    if not credential.can_be_undone(at):
        raise NotAllowedNow(
            "Ten minutes have passed, and the coordinator has been told. Revoke it, or ask for a new one."
        )
    decided = credential.state
    credential.take_back_decision(at)
    session.flush()
    for one in session.scalars(select(Credential).where(Credential.superseded_by_id == credential.id)).all():
        one.restore()
    session.flush()
    record("undo", credential, Phrase(_NOT_AFTER_ALL[decided], kind=named(credential.kind)), by=by)


_NOT_AFTER_ALL = {
    CredentialState.VERIFIED: N_("Undone: %(kind)s is not verified after all."),
    CredentialState.REJECTED: N_("Undone: %(kind)s is not rejected after all."),
    CredentialState.REVOKED: N_("Undone: %(kind)s is not revoked after all."),
}


def _check_new(paper: CredentialDraft, others: Collection[Credential]) -> None:
    for one in others:
        same = (one.number, one.issued_on, one.expires_on) == (paper.number, paper.issued_on, paper.expires_on)
        if same and one.state is CredentialState.VERIFIED:
            raise Invalid("This credential is verified already. Reject this copy.", "number")


def _reason(text: str) -> str:
    said = clean_text(text, LONGEST_NOTE, "reason")
    if not said:
        raise Invalid("Write the reason: the coordinator reads it.", "reason")
    return said


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _tell_later(credential: Credential) -> None:
    """Once the decision can no longer be undone, the coordinator gets a letter, unless it was undone."""
    assert credential.decided_at is not None
    enqueue(
        notify_decided,
        at=now() + TIME_TO_UNDO,
        credential_id=credential.id,
        decided_at=credential.decided_at.isoformat(),
    )
