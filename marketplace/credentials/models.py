"""What a coordinator may show for herself: licences, certificates, training; with the document and who checked it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Person
from marketplace.catalogue.models import CredentialType
from marketplace.coordinators.models import Coordinator
from marketplace.credentials.rules import CredentialState
from marketplace.db.base import Base, Key, Versioned, check, related, state_column


class Document(Base):
    """An uploaded file: checked by its content, kept under a random name outside the web root."""

    id: Mapped[Key]
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    stored_as: Mapped[str] = mapped_column(unique=True)
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now())


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
    submitted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    decision_note: Mapped[str] = mapped_column(default="", server_default="")

    coordinator: Mapped[Coordinator] = related()
    kind: Mapped[CredentialType] = related()
    document: Mapped[Document | None] = related()
    decided_by: Mapped[Person | None] = related()

    __table_args__ = (
        Index("uq_credential_key", "coordinator_id", "type", "region", "number", unique=True,
              postgresql_where=text("state NOT IN ('rejected', 'superseded')")),
        check("expires_on IS NULL OR issued_on IS NULL OR expires_on >= issued_on", "dates"),
    )  # fmt: skip
