"""What is asked about pay runs and payouts."""

from flask_babel import lazy_gettext as _l

from marketplace.web.forms import Day, Form, Hidden, Words

LONGEST_REASON = 300


class RunForm(Form):
    """`seen` carries what the preview showed, so that nothing is set aside that nobody looked at."""

    until = Day(_l("Work up to and including"))
    seen = Hidden(limit=200_000)


class SentForm(Form):
    reference = Words(_l("The bank's reference"), limit=80)
    paid_on = Day(_l("Left the account on"))


class ReasonForm(Form):
    reason = Words(_l("Reason"), limit=LONGEST_REASON, guard=True)
