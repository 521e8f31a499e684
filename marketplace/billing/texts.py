"""One word for each standing of an invoice and each way to pay, everywhere."""

from flask_babel import gettext as _

from marketplace.billing.models import PaymentMethod
from marketplace.billing.rules import Ageing, InvoiceStatus


def standing_word(standing: InvoiceStatus) -> tuple[str, str]:
    """The word in the reader's language, and the kind of label it is shown in."""
    words: dict[InvoiceStatus, tuple[str, str]] = {
        InvoiceStatus.DRAFT: (_("Draft"), "plain"),
        InvoiceStatus.OPEN: (_("Open"), "info"),
        InvoiceStatus.PARTLY_PAID: (_("Partly paid"), "warn"),
        InvoiceStatus.OVERDUE: (_("Overdue"), "bad"),
        InvoiceStatus.PAID: (_("Paid"), "ok"),
        InvoiceStatus.CREDITED: (_("Credited"), "plain"),
        InvoiceStatus.VOID: (_("Void"), "plain"),
    }
    return words[standing]


def method_word(method: PaymentMethod) -> str:
    """The word for a way to pay."""
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
