"""Reading the books: balances of accounts, the trial balance, and the postings of one account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal_column, or_, select, union_all
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Organisation, Person
from marketplace.db import session
from marketplace.ledger.models import LedgerPosting, LedgerTransaction
from marketplace.ledger.rules import Account, Side, grows_on


@dataclass(frozen=True)
class AccountTotals:
    """One line of the trial balance, in cents: everything ever debited and credited."""

    account: Account
    debited: int
    credited: int

    @property
    def balance(self) -> int:
        """The cents on the account, positive on the side it grows on."""
        net = self.debited - self.credited
        return net if grows_on(self.account) is Side.DEBIT else -net

    @property
    def debit_balance(self) -> int:
        """The amount in the debit column of the trial balance."""
        return max(0, self.debited - self.credited)

    @property
    def credit_balance(self) -> int:
        """The amount in the credit column."""
        return max(0, self.credited - self.debited)


def trial_balance(prefix: str = "", until: datetime | None = None) -> list[AccountTotals]:
    """Every account whose name begins with `prefix`, by name; `until` leaves out what happened after that instant.

    Balances are sums of postings, reckoned anew each time. Reads as whoever asks: only agency and system see the books.
    """
    sides: list[Any] = []
    for name, debit, credit in (
        (LedgerPosting.debit, LedgerPosting.amount_cents, literal_column("0")),
        (LedgerPosting.credit, literal_column("0"), LedgerPosting.amount_cents),
    ):
        side = select(name.label("account"), debit.label("debited"), credit.label("credited"))
        if prefix:
            side = side.where(name.startswith(prefix, autoescape=True))
        if until is not None:
            side = side.join(LedgerPosting.transaction).where(LedgerTransaction.happened_at <= until)
        sides.append(side)
    rows = union_all(*sides).subquery()
    totals = session.execute(
        select(rows.c.account, func.sum(rows.c.debited), func.sum(rows.c.credited))
        .group_by(rows.c.account)
        .order_by(rows.c.account)
    )
    return [AccountTotals(Account(account), int(debited), int(credited)) for account, debited, credited in totals]


def balances(prefix: str = "", until: datetime | None = None) -> dict[Account, int]:
    """Cents in each account whose name begins with `prefix`, such as `ar:`; positive on the side it grows on."""
    return {line.account: line.balance for line in trial_balance(prefix, until)}


def balance(account: Account, until: datetime | None = None) -> int:
    """Cents in one account, positive on the side it grows on; 0 for one that nothing was posted to."""
    return balances(account, until).get(account, 0)


def postings_of(account: str) -> Select[LedgerPosting]:
    """Everything posted to one account, the newest first, with the events."""
    return (
        select(LedgerPosting)
        .where(or_(LedgerPosting.debit == account, LedgerPosting.credit == account))
        .options(joinedload(LedgerPosting.transaction))
        .order_by(LedgerPosting.id.desc())
    )


def transactions() -> Select[LedgerTransaction]:
    """Every event with its postings, the newest first."""
    return (
        select(LedgerTransaction).options(joinedload(LedgerTransaction.postings)).order_by(LedgerTransaction.id.desc())
    )


def names_of(accounts: set[str]) -> Mapping[str, str]:
    """The owners of accounts of a facility or coordinator: `ar:7` → Harbor Family Medicine."""
    owners = {account: account.partition(":")[::2] for account in accounts}
    facilities = {int(tail) for family, tail in owners.values() if tail.isdigit() and family != "payable"}
    coordinators = {int(tail) for family, tail in owners.values() if tail.isdigit() and family == "payable"}
    places: dict[int, str] = {}
    people: dict[int, str] = {}
    if facilities:
        named = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(facilities)))
        places = {row.id: row.name for row in named}
    if coordinators:
        members = session.execute(
            select(Membership.coordinator_id, Person.name)
            .join(Membership.person)
            .where(Membership.coordinator_id.in_(coordinators))
        )
        people = {key: name for key, name in members if key is not None}
    return {
        account: (people if family == "payable" else places).get(int(tail), "")
        for account, (family, tail) in owners.items()
        if tail.isdigit()
    }
