"""The audit trail: each act is written down in its own transaction and never changed afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Person
from marketplace.db import Base, Key, related
from marketplace.kernel import reread


class AuditEntry(Base):
    """One act, in words a person can read.

    `phrase` is the record of what is said (marketplace/kernel/phrasing/phrases.py), `sentence` its English; the seal covers both.
    Entries from before phrases were kept have their sentence alone.
    """

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    person_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    facility_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    coordinator_id: Mapped[int | None] = mapped_column(BigInteger)
    thing: Mapped[str]
    thing_id: Mapped[int] = mapped_column(BigInteger)
    act: Mapped[str]
    sentence: Mapped[str]
    phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    request_id: Mapped[str] = mapped_column(Text, default="", server_default="")

    person: Mapped[Person | None] = related()

    @property
    def text(self) -> str:
        """The act in the language of its reader."""
        return reread(self.phrase, self.sentence)

    __table_args__ = (Index("ix_audit_entry_thing", "thing", "thing_id", "id"), Index("ix_audit_entry_at", "at"))


class AuditSeal(Base):
    """The hash chain over the trail, written by a deferred trigger at commit: an edited or missing entry shows."""

    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("audit_entry.id"), primary_key=True)
    previous_id: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
