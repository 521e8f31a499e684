"""The ledger: every cent twice, never changed. Balances are sums of postings; corrections are new entries."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Cents, Key, Moment, Words, check, related


class LedgerTransaction(Base):
    """One event in money. `key` (such as `seg:17`) is unique: posting twice is impossible."""

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    memo: Mapped[str]
    happened_at: Mapped[datetime]
    posted_at: Mapped[Moment]

    postings: Mapped[list["LedgerPosting"]] = related(back_populates="transaction", order_by="LedgerPosting.id")


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
    """One recount of the books: when, and a line for each invariant that did not hold. Append-only."""

    id: Mapped[Key]
    checked_at: Mapped[datetime]
    broken: Mapped[Words]
