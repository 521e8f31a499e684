"""How the standing of an invoice and the ways to pay are called: one word each, everywhere."""

from flask_babel import gettext as _

from marketplace.billing.models import PaymentMethod
from marketplace.billing.rules import Ageing, Standing


def standing_word(standing: Standing) -> tuple[str, str]:
    """The word in the reader's language, and the kind of label it is shown in."""
    words: dict[Standing, tuple[str, str]] = {
        Standing.DRAFT: (_("Draft"), "plain"),
        Standing.OPEN: (_("Open"), "info"),
        Standing.PARTLY_PAID: (_("Partly paid"), "warn"),
        Standing.OVERDUE: (_("Overdue"), "bad"),
        Standing.PAID: (_("Paid"), "ok"),
        Standing.CREDITED: (_("Credited"), "plain"),
        Standing.VOID: (_("Void"), "plain"),
    }
    return words[standing]


def method_word(method: PaymentMethod) -> str:
    """How the money came."""
    words: dict[PaymentMethod, str] = {
        PaymentMethod.CHECK: _("Check"),
        PaymentMethod.ACH: _("ACH transfer"),
        PaymentMethod.WIRE: _("Wire"),
        PaymentMethod.CREDIT_BALANCE: _("Credit used"),
    }
    return words[method]


def ageing_word(column: Ageing) -> str:
    """The head of a column of the ageing table."""
    word: str = _("Not due yet") if column is Ageing.CURRENT else _("%(days)s days late", days=column.value)
    return word
