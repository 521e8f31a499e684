"""What was said to whom: letters (e-mail) and notices inside the product."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, func
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db.base import Base, Key


class Letter(Base):
    """An e-mail: written in the act's transaction, sent by a job after it, or laid in the outbox folder as .eml."""

    id: Mapped[Key]
    to: Mapped[str] = mapped_column(CITEXT, index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    text_body: Mapped[str]
    html_body: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    sent_as: Mapped[str | None]
    failed: Mapped[str | None]


class Notice(Base):
    """A line under the bell: what happened, and where to look."""

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    sentence: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    read_at: Mapped[datetime | None]
