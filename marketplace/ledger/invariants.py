"""Recounting the books: what must always be true about the money, each as a question for whatever contradicts it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import text

from marketplace.db import session
from marketplace.kernel import Hook
from marketplace.ledger.models import BooksCheck
from marketplace.ledger.posting import for_the_system
from marketplace.ledger.rules import Account, Side, grows_on

log = structlog.get_logger()


@dataclass(frozen=True)
class Invariant:
    """One thing that must be true. `contradictions` is a SELECT of one text column: a row for each place it is not."""

    name: str
    sentence: str
    contradictions: str


LEDGER_INVARIANTS = (
    Invariant(
        "postings",
        "Every event moves money from one account to another, so debits equal credits",
        """
        SELECT 'event ' || t.key || ' has a posting that moves nothing: ' || p.debit || ' to ' || p.credit
        FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
        WHERE p.amount_cents <= 0 OR p.debit = p.credit
        """,
    ),
    Invariant(
        "chart",
        "Only accounts of the chart are used",
        """
        SELECT DISTINCT 'account ' || account || ' is not in the chart of accounts'
        FROM (SELECT debit AS account FROM ledger_posting UNION SELECT credit FROM ledger_posting) AS used
        WHERE account !~ '^(bank|stripe:balance|inflight|payout_in_transit|tax_payable|suspense|bad_debt'
                         '|(unbilled|ar|disputed|credit|payable):[0-9]+'
                         '|revenue:(service|cancellation|late_fee)|contra:credits|cost:coordinator'
                         '|fees:(stripe|dispute)|loss:dispute)$'
        """,
    ),
    Invariant(
        "suspense",
        "Nothing waits in suspense",
        """
        SELECT 'suspense holds ' || sum(net) || ' cents'
        FROM (SELECT amount_cents AS net FROM ledger_posting WHERE credit = 'suspense'
              UNION ALL SELECT -amount_cents FROM ledger_posting WHERE debit = 'suspense') AS moved
        HAVING sum(net) <> 0
        """,
    ),
    Invariant(
        "credit",
        "No facility has used more credit than it had",
        """
        SELECT account || ' is ' || sum(net) || ' cents'
        FROM (SELECT credit AS account, amount_cents AS net FROM ledger_posting WHERE credit LIKE 'credit:%'
              UNION ALL SELECT debit, -amount_cents FROM ledger_posting WHERE debit LIKE 'credit:%') AS moved
        GROUP BY account HAVING sum(net) < 0
        """,
    ),
)

invariants_above: Hook[[], tuple[Invariant, ...]] = Hook("ledger.invariants.invariants_above")
"""What must be true of the rooms above the books: hours, invoices, pay."""


def every_invariant() -> tuple[Invariant, ...]:
    """Those of the books and of every room above. Raises LookupError when two of them have one name."""
    every = (*LEDGER_INVARIANTS, *(each for room in invariants_above() for each in room))
    if len({each.name for each in every}) < len(every):
        raise LookupError("Two invariants have the same name: " + ", ".join(sorted(each.name for each in every)))
    return every


@dataclass(frozen=True)
class InvariantResult:
    """What a recount of one invariant found; no contradictions means that it holds."""

    invariant: Invariant
    contradictions: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.contradictions


def recount(most: int = 20) -> list[InvariantResult]:
    """Check every invariant in one statement, as the system; at most `most` contradictions of each are told."""
    every = every_invariant()
    each = [
        # Names and questions are constants of the code, never anything typed.
        f"(SELECT '{one.name}' AS name, line FROM ({one.contradictions}) AS found(line) LIMIT {most})"  # noqa: S608
        for one in every
    ]
    with for_the_system():
        found: dict[str, list[str]] = {}
        for name, line in session.execute(text(" UNION ALL ".join(each).replace(":", "\\:"))):
            found.setdefault(name, []).append(line)
    return [InvariantResult(one, tuple(found.get(one.name, ()))) for one in every]


def broken_lines(verdicts: Iterable[InvariantResult]) -> list[str]:
    """One line for each invariant that does not hold: what should be, and the first places where it is not."""
    return [
        f"{verdict.invariant.sentence}. But {'; '.join(verdict.contradictions)}."
        for verdict in verdicts
        if not verdict.holds
    ]


def check_books(at: datetime) -> BooksCheck:
    """Recount, and keep what was found, so that the agency's inbox tells of it until a later recount finds it in order."""
    verdicts = recount()
    found = BooksCheck(checked_at=at, broken=broken_lines(verdicts))
    log.info("the books were recounted", invariants=len(verdicts), broken=len(found.broken))
    with for_the_system():
        session.add(found)
        session.flush()
    return found


def balance_differs(account_family: str, expected: str) -> str:
    """The question whether the accounts of a family (`ar`) hold what `expected` says.

    `expected` is a SELECT of (owner's id, cents) summing what the business rows come to, positive as the
    account grows; owners may repeat.
    """
    sign = 1 if grows_on(Account(account_family)) is Side.DEBIT else -1
    return f"""
        SELECT '{account_family}:' || owner || ' is ' || sum(booked) || ' cents in the books, '
               || sum(expected) || ' by the papers'
        FROM (
            SELECT split_part(debit, ':', 2)::bigint AS owner, {sign} * amount_cents AS booked, 0 AS expected
            FROM ledger_posting WHERE debit LIKE '{account_family}:%'
            UNION ALL
            SELECT split_part(credit, ':', 2)::bigint, -1 * {sign} * amount_cents, 0
            FROM ledger_posting WHERE credit LIKE '{account_family}:%'
            UNION ALL
            SELECT papers.owner, 0, papers.cents FROM ({expected}) AS papers(owner, cents)
        ) AS both_sides
        GROUP BY owner HAVING sum(booked) <> sum(expected)
    """  # noqa: S608 - a constant of the code
