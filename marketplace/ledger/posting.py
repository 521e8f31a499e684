"""Writing into the books: one event in money, once, in the transaction of the act that caused it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_if_new
from sqlalchemy.orm import joinedload

from marketplace.db import Audience, as_system, current_actor, session
from marketplace.kernel import ENGLISH, Phrase
from marketplace.ledger.models import LedgerPosting, LedgerTransaction
from marketplace.ledger.rules import Account, JournalEntry, Posting, grows_on


@dataclass(frozen=True)
class Event:
    """An entry with the sentence a reader of the books reads about it, and when it happened (aware instant)."""

    entry: JournalEntry
    memo: Phrase
    at: datetime


def post(key: str, memo: Phrase, postings: Sequence[Posting], at: datetime) -> LedgerTransaction:
    """Write one event. The same key again writes nothing and returns the first.

    Acts for the system within the caller's transaction: whoever approves hours may not read the books, let alone write
    them. ValueError when the key was used for other postings, or an account is not in the chart: both are mistakes in
    the code, and the act that makes them must not be kept.
    """
    [written] = post_all([Event(JournalEntry(key, tuple(postings)), memo, at)])
    return written


def post_all(events: Sequence[Event]) -> list[LedgerTransaction]:
    """The same for many events, in the order given, with three SQL statements whatever their number."""
    for event in events:
        for posting in event.entry.postings:
            grows_on(posting.debit), grows_on(posting.credit)
    if not events:
        return []
    with for_the_system():
        made = session.execute(
            insert_if_new(LedgerTransaction)
            .on_conflict_do_nothing(index_elements=[LedgerTransaction.key])
            .returning(LedgerTransaction.key, LedgerTransaction.id),
            [
                {
                    "key": event.entry.key,
                    "memo": event.memo.read(ENGLISH),
                    "phrase": event.memo.as_record(),
                    "happened_at": event.at,
                }
                for event in events
            ],
        )
        ids = {row.key: row.id for row in made}
        rows = [
            {"transaction_id": ids[key], "debit": each.debit, "credit": each.credit, "amount_cents": each.amount_cents}
            for key, event in {event.entry.key: event for event in events}.items()
            if key in ids
            for each in event.entry.postings
        ]
        if rows:
            session.execute(insert(LedgerPosting), rows)
        written = {
            transaction.key: transaction
            for transaction in session.scalars(
                select(LedgerTransaction)
                .where(LedgerTransaction.key.in_([event.entry.key for event in events]))
                .options(joinedload(LedgerTransaction.postings))
            ).unique()
        }
    for event in events:
        _check_same(event.entry, written[event.entry.key])
    return [written[event.entry.key] for event in events]


def entry_posted(key: str) -> JournalEntry:
    """The entry under a key, for mirroring it; LookupError when there is none."""
    with for_the_system():
        found = session.scalars(
            select(LedgerTransaction)
            .where(LedgerTransaction.key == key)
            .options(joinedload(LedgerTransaction.postings))
        ).unique()
        transaction = found.one_or_none()
    if transaction is None:
        raise LookupError(f"nothing was posted under {key}")
    return _entry(transaction)


def _entry(transaction: LedgerTransaction) -> JournalEntry:
    return JournalEntry(
        transaction.key,
        tuple(Posting(Account(each.debit), Account(each.credit), each.amount_cents) for each in transaction.postings),
    )


def _check_same(entry: JournalEntry, written: LedgerTransaction) -> None:
    if sorted(entry.postings, key=repr) != sorted(_entry(written).postings, key=repr):
        raise ValueError(f"{entry.key} was posted before, with other amounts")


@contextmanager
def for_the_system() -> Iterator[None]:
    """As `as_system`, but costs nothing for those who may do it anyway: the system itself and the agency."""
    if current_actor().audience in (Audience.SYSTEM, Audience.AGENCY):
        yield
        return
    with as_system():
        yield
