"""The chart of accounts, and what each event in money writes into the ledger: always from one account to another."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

Account = NewType("Account", str)

BANK = Account("bank")
STRIPE_BALANCE = Account("stripe:balance")
INFLIGHT = Account("inflight")
PAYOUT_IN_TRANSIT = Account("payout_in_transit")
TAX_PAYABLE = Account("tax_payable")
SUSPENSE = Account("suspense")
SERVICE_REVENUE = Account("revenue:service")
CANCELLATION_REVENUE = Account("revenue:cancellation")
LATE_FEE_REVENUE = Account("revenue:late_fee")
CREDITS_GIVEN = Account("contra:credits")
COORDINATOR_COST = Account("cost:coordinator")
STRIPE_FEES = Account("fees:stripe")
DISPUTE_FEES = Account("fees:dispute")
BAD_DEBT = Account("bad_debt")
DISPUTE_LOSS = Account("loss:dispute")


def unbilled(facility_id: int) -> Account:
    """The value of a facility's approved hours that stand on no invoice yet."""
    return Account(f"unbilled:{facility_id}")


def ar(facility_id: int) -> Account:
    """The amounts a facility owes on issued invoices (accounts receivable)."""
    return Account(f"ar:{facility_id}")


def disputed(facility_id: int) -> Account:
    """The amount a facility's bank has taken back while a payment is disputed."""
    return Account(f"disputed:{facility_id}")


def credit(facility_id: int) -> Account:
    """The money the agency holds for a facility: overpaid or prepaid."""
    return Account(f"credit:{facility_id}")


def payable(coordinator_id: int) -> Account:
    """The earnings of a coordinator that are in no payout yet."""
    return Account(f"payable:{coordinator_id}")


class Side(StrEnum):
    """On which side an account grows."""

    DEBIT = "debit"
    CREDIT = "credit"


_DEBIT_ACCOUNTS = frozenset(
    {"bank", "stripe", "unbilled", "ar", "disputed", "contra", "cost", "fees", "bad_debt", "loss"}
)
_CREDIT_ACCOUNTS = frozenset(
    {"inflight", "payable", "payout_in_transit", "credit", "tax_payable", "suspense", "revenue"}
)


def grows_on(account: Account) -> Side:
    """Whether the account is an asset or expense (debit) or a liability or income (credit). ValueError if unknown."""
    family = account.partition(":")[0]
    if family in _DEBIT_ACCOUNTS:
        return Side.DEBIT
    if family in _CREDIT_ACCOUNTS:
        return Side.CREDIT
    raise ValueError(f"{account} is not in the chart of accounts")


@dataclass(frozen=True)
class Posting:
    """A positive amount in cents out of the credit account into the debit account."""

    debit: Account
    credit: Account
    amount_cents: int

    def __post_init__(self) -> None:
        if self.amount_cents <= 0 or self.debit == self.credit:
            raise ValueError("a posting moves a positive amount between two accounts")


@dataclass(frozen=True)
class JournalEntry:
    """All postings of one event. `key` makes it impossible to post the same event twice."""

    key: str
    postings: tuple[Posting, ...]

    def mirrored(self, key: str) -> "JournalEntry":
        """The exact opposite, under its own key."""
        return JournalEntry(key, tuple(Posting(each.credit, each.debit, each.amount_cents) for each in self.postings))


def _entry(key: str, moves: Iterable[tuple[Account, Account, int]]) -> JournalEntry:
    moves = list(moves)
    if any(cents < 0 for _, _, cents in moves):
        raise ValueError("amounts in an entry are never negative; mirror the entry instead")
    return JournalEntry(key, tuple(Posting(debit, credit, cents) for debit, credit, cents in moves if cents))


def entry_for_segment(
    segment_id: int,
    facility_id: int,
    coordinator_id: int,
    bill_cents: int,
    pay_cents: int,
    revenue: Account = SERVICE_REVENUE,
) -> JournalEntry:
    """Hours are approved: the facility will owe them, the coordinator has earned them.

    Compensation for a cancelled shift is the same with CANCELLATION_REVENUE. A correction (both amounts negative) is
    posted as the mirror, taking back exactly what it says.
    """
    straight = _entry(
        f"seg:{segment_id}",
        [
            (unbilled(facility_id), revenue, abs(bill_cents)),
            (COORDINATOR_COST, payable(coordinator_id), abs(pay_cents)),
        ],
    )
    if bill_cents < 0 < pay_cents or pay_cents < 0 < bill_cents:
        raise ValueError("a correction takes back on both sides")
    return straight.mirrored(straight.key) if min(bill_cents, pay_cents) < 0 else straight


def entry_for_invoice(
    invoice_id: int, facility_id: int, unbilled_cents: int, tax_cents: int = 0, late_fee_cents: int = 0
) -> JournalEntry:
    """An invoice is issued: what was unbilled is now owed, with tax and any late fee."""
    return _entry(
        f"inv:{invoice_id}",
        [
            (ar(facility_id), unbilled(facility_id), unbilled_cents),
            (ar(facility_id), LATE_FEE_REVENUE, late_fee_cents),
            (ar(facility_id), TAX_PAYABLE, tax_cents),
        ],
    )


def entry_for_void(invoice_id: int, issued: JournalEntry) -> JournalEntry:
    """An invoice is voided: the mirror of how it was issued; its hours are unbilled again."""
    return issued.mirrored(f"void:{invoice_id}")


def entry_for_credit_note(
    credit_note_id: int, facility_id: int, to_receivable_cents: int, to_credit_cents: int, tax_cents: int = 0
) -> JournalEntry:
    """Part of an invoice is taken back: off what is still owed, and as credit for what was already paid.

    `tax_cents` is the part of the two amounts together that was tax. ValueError when it is more than they are.
    """
    if tax_cents > to_receivable_cents + to_credit_cents:
        raise ValueError("the tax cannot be more than the credit note")
    tax_off_receivable = min(tax_cents, to_receivable_cents)
    tax_to_credit = tax_cents - tax_off_receivable
    return _entry(
        f"cn:{credit_note_id}",
        [
            (CREDITS_GIVEN, ar(facility_id), to_receivable_cents - tax_off_receivable),
            (TAX_PAYABLE, ar(facility_id), tax_off_receivable),
            (CREDITS_GIVEN, credit(facility_id), to_credit_cents - tax_to_credit),
            (TAX_PAYABLE, credit(facility_id), tax_to_credit),
        ],
    )


def entry_for_payment(payment_id: int, facility_id: int, amount_cents: int, owed_cents: int) -> JournalEntry:
    """Money arrived in the bank: it settles at most what is owed, and what is over is kept as the facility's credit."""
    settled = min(amount_cents, max(0, owed_cents))
    return _entry(
        f"pay:{payment_id}",
        [(BANK, ar(facility_id), settled), (BANK, credit(facility_id), amount_cents - settled)],
    )


def entry_for_credit_used(payment_id: int, facility_id: int, amount_cents: int) -> JournalEntry:
    """An invoice is settled from the facility's credit balance."""
    return _entry(f"pay:{payment_id}", [(credit(facility_id), ar(facility_id), amount_cents)])


def entry_for_bounce(payment_id: int, recorded: JournalEntry) -> JournalEntry:
    """A payment did not clear: the mirror of how it was recorded."""
    return recorded.mirrored(f"bounce:{payment_id}")


def entry_for_payout_reserved(payout_id: int, coordinator_id: int, amount_cents: int) -> JournalEntry:
    """A pay run sets a coordinator's earnings aside."""
    return _entry(f"po_res:{payout_id}", [(payable(coordinator_id), PAYOUT_IN_TRANSIT, amount_cents)])


def entry_for_payout_sent(payout_id: int, amount_cents: int, paid_from: Account = BANK) -> JournalEntry:
    """The money left the agency's bank, or its Stripe balance."""
    return _entry(f"po:{payout_id}", [(PAYOUT_IN_TRANSIT, paid_from, amount_cents)])


def entry_for_payout_released(payout_id: int, coordinator_id: int, amount_cents: int) -> JournalEntry:
    """A payout was held back before it was sent: the coordinator's earnings are payable again."""
    return _entry(f"po_rel:{payout_id}", [(PAYOUT_IN_TRANSIT, payable(coordinator_id), amount_cents)])


def entry_for_payout_failed(
    payout_id: int, coordinator_id: int, amount_cents: int, paid_from: Account = BANK
) -> JournalEntry:
    """A payout that had been sent came back: the money is in the account again and payable again."""
    return _entry(f"po_fail:{payout_id}", [(paid_from, payable(coordinator_id), amount_cents)])
