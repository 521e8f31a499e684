"""Recounting the books: what must always be true about the money, each as a question for whatever contradicts it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import text

from marketplace.db import session
from marketplace.kernel import ENGLISH, N_, Dollars, Hook, Phrase
from marketplace.ledger.models import BooksCheck
from marketplace.ledger.posting import for_the_system
from marketplace.ledger.rules import Account, Side, grows_on

log = structlog.get_logger()


@dataclass(frozen=True)
class Contradiction:
    """A question for whatever contradicts an invariant: `query` is a SELECT with a row for each place that does.

    `sentence` is a text of the catalogue; the columns of the row fill its blanks. A column named `…cents` reads as dollars.
    """

    sentence: str
    query: str

    def found(self, row: Mapping[str, Any]) -> Phrase:
        """The sentence for one row of the answer."""
        values = {name: Dollars(value) if name.endswith("cents") else value for name, value in row.items()}
        return Phrase(self.sentence, **values)


class Invariant:
    """One thing that must be true, as a text of the catalogue, with the questions for what contradicts it."""

    def __init__(self, name: str, sentence: str, *contradictions: Contradiction) -> None:
        self.name, self.sentence, self.contradictions = name, sentence, contradictions


LEDGER_INVARIANTS = (
    Invariant(
        "postings",
        N_("Every event moves money from one account to another, so debits equal credits"),
        Contradiction(
            N_("event %(event)s has a posting that moves nothing: %(debit)s to %(credit)s"),
            """
            SELECT t.key AS event, p.debit, p.credit
            FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
            WHERE p.amount_cents <= 0 OR p.debit = p.credit
            """,
        ),
    ),
    Invariant(
        "chart",
        N_("Only accounts of the chart are used"),
        Contradiction(
            N_("account %(account)s is not in the chart of accounts"),
            """
            SELECT DISTINCT account
            FROM (SELECT debit AS account FROM ledger_posting UNION SELECT credit FROM ledger_posting) AS used
            WHERE account !~ '^(bank|stripe:balance|inflight|payout_in_transit|tax_payable|suspense|bad_debt'
                             '|(unbilled|ar|disputed|credit|payable):[0-9]+'
                             '|revenue:(service|cancellation|late_fee)|contra:credits|cost:coordinator'
                             '|fees:(stripe|dispute)|loss:dispute)$'
            """,
        ),
    ),
    Invariant(
        "suspense",
        N_("Nothing waits in suspense"),
        Contradiction(
            N_("suspense holds %(cents)s"),
            """
            SELECT sum(net) AS cents
            FROM (SELECT amount_cents AS net FROM ledger_posting WHERE credit = 'suspense'
                  UNION ALL SELECT -amount_cents FROM ledger_posting WHERE debit = 'suspense') AS moved
            HAVING sum(net) <> 0
            """,
        ),
    ),
    Invariant(
        "credit",
        N_("No facility has used more credit than it had"),
        Contradiction(
            N_("account %(account)s holds %(cents)s"),
            """
            SELECT account, sum(net) AS cents
            FROM (SELECT credit AS account, amount_cents AS net FROM ledger_posting WHERE credit LIKE 'credit:%'
                  UNION ALL SELECT debit, -amount_cents FROM ledger_posting WHERE debit LIKE 'credit:%') AS moved
            GROUP BY account HAVING sum(net) < 0
            """,
        ),
    ),
)

invariants_above: Hook[[], tuple[Invariant, ...]] = Hook("ledger.invariants.invariants_above")
"""What must be true of the concepts above the books: hours, invoices, pay."""


def every_invariant() -> tuple[Invariant, ...]:
    """Those of the books and of every concept above. Raises LookupError when two of them have one name."""
    every = (*LEDGER_INVARIANTS, *(each for room in invariants_above() for each in room))
    if len({each.name for each in every}) < len(every):
        raise LookupError("Two invariants have the same name: " + ", ".join(sorted(each.name for each in every)))
    return every


@dataclass(frozen=True)
class InvariantResult:
    """The result of recounting one invariant; no contradictions means that it holds."""

    invariant: Invariant
    contradictions: tuple[Phrase, ...]

    @property
    def sentence(self) -> Phrase:
        """The sentence that must be true, in the reader's language."""
        return Phrase(self.invariant.sentence)

    @property
    def holds(self) -> bool:
        return not self.contradictions


def recount(most: int = 20) -> list[InvariantResult]:
    """Check every invariant in one statement, as the system; at most `most` contradictions of each are told."""
    every = every_invariant()
    each = [
        # Names and questions are constants of the code, never anything typed.
        f"(SELECT '{one.name}' AS name, {place} AS place, to_jsonb(found) FROM ({asked.query}) AS found LIMIT {most})"  # noqa: S608
        for one in every
        for place, asked in enumerate(one.contradictions)
    ]
    questions = {one.name: one.contradictions for one in every}
    found: dict[str, list[Phrase]] = {one.name: [] for one in every}
    with for_the_system():
        for name, place, row in session.execute(text(" UNION ALL ".join(each).replace(":", "\\:"))):
            found[name].append(questions[name][place].found(row))
    return [InvariantResult(one, tuple(found[one.name])) for one in every]


def broken_lines(verdicts: Iterable[InvariantResult]) -> list[str]:
    """One line for each invariant that does not hold, in English: what should be, and the first places where it is not."""
    return [
        f"{verdict.sentence.read(ENGLISH)}. But {'; '.join(each.read(ENGLISH) for each in verdict.contradictions)}."
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


def balance_differs(account_family: str, expected: str) -> Contradiction:
    """The question whether the accounts of a family (`ar`) hold what `expected` says.

    `expected` is a SELECT of (owner's id, cents) summing what the business rows come to, positive as the
    account grows; owners may repeat.
    """
    sign = 1 if grows_on(Account(account_family)) is Side.DEBIT else -1
    query = f"""
        SELECT '{account_family}:' || owner AS account, sum(booked) AS booked_cents, sum(expected) AS expected_cents
        FROM (
            SELECT split_part(debit, ':', 2)::bigint AS owner, {sign} * amount_cents AS booked, 0 AS expected
            FROM ledger_posting WHERE debit LIKE '{account_family}:%'
            UNION ALL
            SELECT split_part(credit, ':', 2)::bigint, -1 * {sign} * amount_cents, 0
            FROM ledger_posting WHERE credit LIKE '{account_family}:%'
            UNION ALL
            SELECT documents.owner, 0, documents.cents FROM ({expected}) AS documents(owner, cents)
        ) AS both_sides
        GROUP BY owner HAVING sum(booked) <> sum(expected)
    """  # noqa: S608 - a constant of the code
    return Contradiction(
        N_("account %(account)s holds %(booked_cents)s by the books, %(expected_cents)s by the documents"), query
    )
