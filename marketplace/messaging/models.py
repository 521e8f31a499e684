"""Letters (e-mail) and notices inside the product."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import CITEXT, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Key, Moment
from marketplace.kernel import reread


class Letter(Base):
    """An e-mail: written in the act's transaction, sent by a job after it, or laid in the outbox folder as .eml."""

    id: Mapped[Key]
    to: Mapped[str] = mapped_column(CITEXT, index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    text_body: Mapped[str]
    html_body: Mapped[str]
    written_at: Mapped[Moment]
    sent_at: Mapped[datetime | None]
    sent_as: Mapped[str | None]
    failed: Mapped[str | None]


class Notice(Base):
    """A line under the bell: what happened, and where to look.

    `phrase` is the record of what is said (marketplace/kernel/phrasing/phrases.py), `sentence` its English. Notices from before
    phrases were kept have their sentence alone, in the language it was written in.
    """

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    sentence: Mapped[str]
    phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    address: Mapped[str]
    at: Mapped[Moment]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_notice_unread", "person_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notice_unread_address", "address", postgresql_where=text("read_at IS NULL")),
    )

    @property
    def text(self) -> str:
        """The event in the language of its reader."""
        return reread(self.phrase, self.sentence)
