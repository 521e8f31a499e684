"""The form in which the next best coordinators are asked for a shift."""

from flask_babel import lazy_gettext as _l

from marketplace.booking.offers import MOST_AT_ONCE
from marketplace.web.forms import Form, WholeNumber


class HowManyForm(Form):
    """The number of the next best who are asked at once."""

    count = WholeNumber(_l("How many"), 1, MOST_AT_ONCE)
