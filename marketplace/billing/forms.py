"""Forms about invoices and money received."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.billing.models import PaymentMethod
from marketplace.web.forms import Choice, Day, DollarAmount, Form, Words

LONGEST_REASON = 300


class VoidForm(Form):
    reason = Words(_l("Why is it voided?"), limit=LONGEST_REASON, guard=True)


class CreditForm(Form):
    line = Choice(_l("What is given back"), keys=True, required=False, empty_label=_l("An amount"))
    amount = DollarAmount(_l("Amount"), least=1, required=False, description=_l("Only when no line is chosen."))
    reason = Words(_l("Reason, as the facility will read it"), limit=LONGEST_REASON, guard=True)


def ways_to_pay() -> list[tuple[str, str]]:
    """Ways that are recorded by hand."""
    return [
        (PaymentMethod.CHECK.value, _("Check")),
        (PaymentMethod.ACH.value, _("ACH transfer")),
        (PaymentMethod.WIRE.value, _("Wire")),
    ]


class PaymentForm(Form):
    facility = Choice(_l("Facility"), keys=True, empty_label=_l("Choose a facility"))
    amount = DollarAmount(_l("Amount received"), least=1)
    method = Choice(_l("How it came"), ways_to_pay)
    reference = Words(
        _l("Reference"), limit=80, description=_l("Check number or the bank's reference, so that it is found again.")
    )
    received_on = Day(_l("Received on"))
    invoice = Choice(
        _l("Settles"), keys=True, required=False, empty_label=_l("What is due first; what is over is kept as credit")
    )


class BounceForm(Form):
    reason = Words(_l("What the bank says"), limit=LONGEST_REASON, guard=True)
