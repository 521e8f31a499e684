"""The ledger: every cent twice, never changed. Balances are sums of postings; corrections are new entries."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Cents, Key, Moment, Words, check, related
from marketplace.kernel import reread


class LedgerTransaction(Base):
    """One event in money. `key` (such as `seg:17`) is unique: posting twice is impossible.

    `phrase` is the record of the sentence that says what happened; `memo` is that sentence in English. An event from before
    phrases were kept has the memo alone.
    """

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    memo: Mapped[str]
    phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    happened_at: Mapped[datetime]
    posted_at: Mapped[Moment]

    postings: Mapped[list["LedgerPosting"]] = related(back_populates="transaction", order_by="LedgerPosting.id")

    @property
    def sentence(self) -> str:
        """The event in the reader's language."""
        return reread(self.phrase, self.memo)


class LedgerPosting(Base):
    """A positive amount from one account to another: debit and credit are always equal."""

    id: Mapped[Key]
    transaction_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_transaction.id"), index=True)
    debit: Mapped[str]
    credit: Mapped[str]
    amount_cents: Mapped[Cents]

    transaction: Mapped[LedgerTransaction] = related(back_populates="postings")

    __table_args__ = (
        check("amount_cents > 0", "amount_positive"),
        check("debit <> credit", "two_accounts"),
        Index("ix_ledger_posting_debit", "debit"),
        Index("ix_ledger_posting_credit", "credit"),
    )


class BooksCheck(Base):
    """One recount of the books: when, and an English line for each invariant that did not hold. Append-only.

    The lines are for the log and the command. The page of the ledger recounts by itself and reads in its reader's language.
    """

    id: Mapped[Key]
    checked_at: Mapped[datetime]
    broken: Mapped[Words]
