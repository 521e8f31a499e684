"""The names of the accounts of the books on pages."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.ledger.rules import Account, Side, grows_on

# Accounts with an owner, by family; the others by their whole name.
OWNED = {
    "unbilled": lambda whose: _("Unbilled: %(whose)s", whose=whose),
    "ar": lambda whose: _("Receivable: %(whose)s", whose=whose),
    "disputed": lambda whose: _("Disputed: %(whose)s", whose=whose),
    "credit": lambda whose: _("Credit of %(whose)s", whose=whose),
    "payable": lambda whose: _("Payable to %(whose)s", whose=whose),
}
PLAIN = {
    "bank": _l("Bank"),
    "stripe:balance": _l("Stripe balance"),
    "inflight": _l("Bank debits in flight"),
    "payout_in_transit": _l("Payouts on their way"),
    "tax_payable": _l("Sales tax to pay over"),
    "suspense": _l("Suspense"),
    "revenue:service": _l("Income from services"),
    "revenue:cancellation": _l("Income from cancellations"),
    "revenue:late_fee": _l("Income from late fees"),
    "contra:credits": _l("Credits given"),
    "cost:coordinator": _l("Cost of coordinators"),
    "fees:stripe": _l("Stripe fees"),
    "fees:dispute": _l("Dispute fees"),
    "bad_debt": _l("Bad debt"),
    "loss:dispute": _l("Lost disputes"),
}


def account_word(account: str, owner: str = "") -> str:
    """The account in the reader's language, with whose it is: "Owed by Harbor Family Medicine"."""
    family, _colon, tail = account.partition(":")
    return str(OWNED[family](owner or tail) if family in OWNED else PLAIN.get(account, account))


def side_word(account: str) -> str:
    """On which side the account grows."""
    word: str = _("grows by debits") if grows_on(Account(account)) is Side.DEBIT else _("grows by credits")
    return word
