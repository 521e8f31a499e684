# mypy: disallow-subclassing-any=False
"""The form in which the agency says how newcomers become active."""

from flask_babel import lazy_gettext as _l

from marketplace.onboarding.rules import ActivationMode
from marketplace.web.forms import Choice, Form


class ActivationForm(Form):
    """By hand, or by itself."""

    mode = Choice(
        _l("Once nothing is missing"),
        [
            (ActivationMode.OFFERED.value, _l("By hand: somebody presses Activate")),
            (ActivationMode.AUTOMATIC.value, _l("By itself, at once")),
        ],
    )
