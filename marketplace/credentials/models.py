"""The credentials of a coordinator: licenses, certificates, training; each with its document and its reviewer."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Person
from marketplace.catalogue.models import CredentialType
from marketplace.coordinators.models import Coordinator
from marketplace.credentials.rules import LIFE, TIME_TO_UNDO, CredentialState, CredentialStatus, status
from marketplace.db import Base, Key, Moment, Versioned, check, related, state_column
from marketplace.kernel import ENGLISH, Phrase, reread


class Document(Base):
    """An uploaded file: checked by its content, kept under a random name outside the web root.

    Of a PDF the first `pictures` pages are kept as pictures too: they are what the agency looks at.
    """

    id: Mapped[Key]
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    stored_as: Mapped[str] = mapped_column(unique=True)
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    pictures: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    uploaded_at: Mapped[Moment]


class Credential(Versioned, Base):
    """One credential as submitted; expiring and expired are derived from its dates, never stored."""

    id: Mapped[Key]
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    type: Mapped[str] = mapped_column(ForeignKey("credential_type.code"))
    number: Mapped[str] = mapped_column(default="", server_default="")
    region: Mapped[str] = mapped_column(default="", server_default="")
    multistate: Mapped[bool] = mapped_column(default=False, server_default="false")
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    state: Mapped[CredentialState] = state_column(CredentialState, CredentialState.SUBMITTED)
    document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"))
    submitted_at: Mapped[Moment]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    decision_note: Mapped[str] = mapped_column(default="", server_default="")
    decision_phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    superseded_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("credential.id"))

    coordinator: Mapped[Coordinator] = related()
    kind: Mapped[CredentialType] = related()
    document: Mapped[Document | None] = related()
    decided_by: Mapped[Person | None] = related()

    __table_args__ = (
        # A renewal often carries the number of the paper it replaces, so the dates belong to the key.
        Index("uq_credential_paper", "coordinator_id", "type", "region", "number", "issued_on", "expires_on", unique=True,
              postgresql_nulls_not_distinct=True, postgresql_where=text("state IN ('submitted', 'verified')")),
        Index("ix_credential_waiting", "submitted_at", "id", postgresql_where=text("state = 'submitted'")),
        Index("ix_credential_expires_on", "expires_on", postgresql_where=text("state = 'verified'")),
        check("expires_on IS NULL OR issued_on IS NULL OR expires_on >= issued_on", "dates"),
    )  # fmt: skip

    def verify(self, by: Person | None, at: datetime, note: str | Phrase = "") -> None:
        """The agency has held it against its source: from here on it counts."""
        self._decide("verify", by, at, note)

    def reject(self, by: Person, at: datetime, reason: str) -> None:
        """It does not show what it should; the coordinator reads the reason."""
        self._decide("reject", by, at, reason)

    def revoke(self, by: Person, at: datetime, reason: str) -> None:
        """Revoke a verified credential: its issuer withdrew it, or it was found to be wrong."""
        self._decide("revoke", by, at, reason)

    def take_back_decision(self, at: datetime) -> None:
        """Undo the decision: it waits again, and a revoked one counts again."""
        again = self.state is CredentialState.REVOKED
        self.state = LIFE.after(self.state, "reinstate" if again else "reopen")
        self.decided_at, self.decision_note, self.decision_phrase = (at if again else None), "", None
        if not again:
            self.decided_by_id = None

    def supersede(self, by: "Credential | None") -> None:
        """Another one stands in its place."""
        self.state = LIFE.after(self.state, "supersede")
        self.superseded_by_id = by.id if by else None

    def restore(self) -> None:
        """The one in its place is not verified after all."""
        self.state, self.superseded_by_id = LIFE.after(self.state, "restore"), None

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts its state allows now."""
        return LIFE.acts(self.state)

    def can_be_undone(self, at: datetime) -> bool:
        """Whether its last decision is fresh enough to be taken back without a word to anybody."""
        acts = self.acts
        fresh = self.decided_at is not None and at - self.decided_at <= TIME_TO_UNDO
        return fresh and ("reopen" in acts or "reinstate" in acts)

    def standing(self, today: date) -> CredentialStatus:
        """The one word for where it stands on that day."""
        return status(self.state, self.expires_on, today)

    @property
    def decided_because(self) -> str:
        """The reason or note of the decision, in the reader's language where the product worded it; empty without one."""
        return reread(self.decision_phrase, self.decision_note)

    def _decide(self, act: str, by: Person | None, at: datetime, note: str | Phrase) -> None:
        self.state = LIFE.after(self.state, act)
        self.decided_at, self.decided_by_id = at, by.id if by else None
        if isinstance(note, Phrase):
            self.decision_note, self.decision_phrase = note.read(ENGLISH), note.as_record()
        else:
            self.decision_note, self.decision_phrase = note, None


class ExpiryReminder(Base):
    """That a coordinator was told how near the end of a credential is: once for each of 60, 30 and 7 days."""

    id: Mapped[Key]
    credential_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("credential.id"))
    expires_on: Mapped[date]
    days: Mapped[int] = mapped_column(SmallInteger)
    told_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("credential_id", "expires_on", "days"),)
