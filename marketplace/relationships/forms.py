"""The form in which a facility says why a coordinator shall not return."""

from flask_babel import lazy_gettext as _l

from marketplace.facilities.preferences import LONGEST_REASON
from marketplace.web.forms import Form, Notes


class DoNotReturnForm(Form):
    """Why somebody shall not come back."""

    reason = Notes(
        _l("Why"),
        limit=LONGEST_REASON,
        description=_l("The agency reads this, the coordinator does not. No patient data, please."),
    )
