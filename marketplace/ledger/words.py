"""How the accounts of the books are called on pages."""

from flask_babel import gettext as _

from marketplace.ledger.rules import Account, Side, grows_on


def account_word(account: str, owner: str = "") -> str:
    """The account in the reader's language, with whose it is: "Owed by Harbor Family Medicine"."""
    family, _colon, tail = account.partition(":")
    whose = owner or tail
    owned: dict[str, str] = {
        "unbilled": _("Unbilled: %(whose)s", whose=whose),
        "ar": _("Receivable: %(whose)s", whose=whose),
        "disputed": _("Disputed: %(whose)s", whose=whose),
        "credit": _("Credit of %(whose)s", whose=whose),
        "payable": _("Payable to %(whose)s", whose=whose),
    }
    plain: dict[str, str] = {
        "bank": _("Bank"),
        "stripe:balance": _("Stripe balance"),
        "inflight": _("Bank debits in flight"),
        "payout_in_transit": _("Payouts on their way"),
        "tax_payable": _("Sales tax to pay over"),
        "suspense": _("Suspense"),
        "revenue:service": _("Income from services"),
        "revenue:cancellation": _("Income from cancellations"),
        "revenue:late_fee": _("Income from late fees"),
        "contra:credits": _("Credits given"),
        "cost:coordinator": _("Cost of coordinators"),
        "fees:stripe": _("Stripe fees"),
        "fees:dispute": _("Dispute fees"),
        "bad_debt": _("Bad debt"),
        "loss:dispute": _("Lost disputes"),
    }
    return owned[family] if family in owned else plain.get(account, account)


def side_word(account: str) -> str:
    """On which side the account grows."""
    word: str = _("grows by debits") if grows_on(Account(account)) is Side.DEBIT else _("grows by credits")
    return word
