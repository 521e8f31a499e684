"""Forms about pay runs and payouts."""

from flask_babel import lazy_gettext as _l

from marketplace.web.forms import Day, Form, Words

LONGEST_REASON = 300


class SentForm(Form):
    reference = Words(_l("The bank's reference"), limit=80)
    paid_on = Day(_l("Left the account on"))


class PayReasonForm(Form):
    """Why pay is held, or ends before it has arrived."""

    reason = Words(_l("Reason"), limit=LONGEST_REASON, guard=True)
