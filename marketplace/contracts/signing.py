"""The life of an agreement after the draft: sent, read and signed, active, ended."""

from datetime import datetime

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.contracts import notifications
from marketplace.contracts.agreement_text import hash_of, words_of
from marketplace.contracts.models import Agreement, AgreementKind, RateRow
from marketplace.contracts.policy import check_may_sign
from marketplace.contracts.queries import active
from marketplace.contracts.rules import LIFE, AgreementState
from marketplace.db import as_system, enqueue, session
from marketplace.kernel import ChangedMeanwhile, Invalid, NotAllowedNow, Phrase, clean_text

LONGEST_NAME = 200
LONGEST_REASON = 500


def send(agreement: Agreement, by: Person | None, at: datetime) -> None:
    """Fix the words and ask the other side to read and sign. Raises NotAllowedNow for a master without rates."""
    LIFE.after(agreement.state, "send")
    if (
        agreement.kind is AgreementKind.MASTER
        and not session.scalars(select(RateRow.id).where(RateRow.agreement_id == agreement.id).limit(1)).first()
    ):
        raise NotAllowedNow("The rate card is empty. Add the rates before it is sent.")
    body = words_of(agreement)
    agreement.send(body, hash_of(body), at)
    session.flush()
    record(
        "send",
        agreement,
        Phrase("Sent to %(party)s for signature.", party=agreement.party),
        by=by,
        sha256=agreement.body_sha256,
    )
    notifications.notify_sent(agreement)


def withdraw(agreement: Agreement, by: Person) -> None:
    """Back to the draft before anybody has signed."""
    agreement.withdraw()
    session.flush()
    record("withdraw", agreement, Phrase("Withdrawn before it was signed."), by=by)


def sign(agreement: Agreement, typed_name: str, by: Person, at: datetime, address: str = "") -> None:
    """The other side signs the words it was shown: the typed name must be the signer's own.

    Raises NotPermitted, NotAllowedNow, or Invalid at field "name". `address` is kept with the signature.
    """
    check_may_sign(by, agreement)
    name = " ".join(clean_text(typed_name, LONGEST_NAME, "name").split())
    if name.casefold() != " ".join(by.name.split()).casefold():
        raise Invalid("Type your name as it stands in your account: %(name)s.", "name", name=by.name)
    if agreement.body_sha256 != hash_of(agreement.body):
        raise NotAllowedNow("The text does not match its fingerprint. Do not sign; tell the agency.")
    with as_system():  # the other side reads agreements; what its signature changes was checked above
        agreement.sign(name, by, at)
        session.flush()
        record(
            "sign",
            agreement,
            Phrase("Signed by %(name)s.", name=name),
            by=by,
            sha256=agreement.body_sha256,
            address=address,
        )
        session.flush()
        notifications.notify_signed(agreement)


def activate(agreement: Agreement, by: Person | None, at: datetime) -> Agreement | None:
    """From here on it holds; the one of that kind that held before is superseded in the same transaction, and returned.

    Raises NotAllowedNow when it is not signed, has ended, or begins later while another one still holds.
    """
    LIFE.after(agreement.state, "activate")
    today = at.date()
    if agreement.effective_until is not None and agreement.effective_until < today:
        raise NotAllowedNow("It ended on %(day)s. Draft a new one.", day=agreement.effective_until)
    before = active(agreement.kind, agreement.facility_id, agreement.coordinator_id)
    if before is not None:
        before = session.scalars(
            select(Agreement)
            .where(Agreement.id == before.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        if before.state is not AgreementState.ACTIVE:
            raise ChangedMeanwhile(
                "Somebody changed the present agreement at the same moment. Look at it, then repeat."
            )
        if agreement.effective_from > today:
            raise NotAllowedNow(
                "It begins on %(day)s, and the present one holds until then. Activate it on that day.",
                day=agreement.effective_from,
            )
        superseded = Phrase("Superseded by agreement %(id)s.", id=agreement.id)
        before.end("supersede", at, superseded)
        session.flush()  # the table allows one active agreement of a kind
        record("supersede", before, superseded, by=by)
    agreement.activate(at)
    session.flush()
    record("activate", agreement, Phrase("Active with %(party)s.", party=agreement.party), by=by)
    notifications.notify_active(agreement)
    enqueue(
        "onboarding.look_again",
        queue="house",
        facility_id=agreement.facility_id,
        coordinator_id=agreement.coordinator_id,
    )
    return before


def terminate(agreement: Agreement, reason: str, by: Person, at: datetime) -> None:
    """It holds no longer, before its last day. Booked shifts cannot start without another one. Raises Invalid."""
    why = clean_text(reason, LONGEST_REASON, "reason")
    if not why:
        raise Invalid("Write the reason: the other side reads it.", "reason")
    agreement.end("terminate", at, why)
    session.flush()
    record("terminate", agreement, Phrase("Terminated: %(why)s", why=why), by=by)
    notifications.notify_terminated(agreement, why)
