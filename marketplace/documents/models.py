"""The PDF of an invoice, a credit note or a pay statement, exactly as it was set once, with its SHA-256."""

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Key, Moment


class IssuedDocument(Base):
    """`kind` and `thing_id` say what it is the paper of: `invoice` 7. Append-only (trigger)."""

    __tablename__ = "issued_paper"  # the name it was created under; renaming a table needs the site stopped

    id: Mapped[Key]
    kind: Mapped[str]
    thing_id: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[int | None] = mapped_column(BigInteger)
    coordinator_id: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str]
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    rendered_at: Mapped[Moment]

    __table_args__ = (Index("uq_issued_paper_thing", "kind", "thing_id", unique=True),)
