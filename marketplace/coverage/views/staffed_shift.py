"""The shift whose people the person who asks may decide about."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.assignments.policy import check_may_staff
from marketplace.assignments.queries import shifts_visible_to
from marketplace.needs.models import Shift
from marketplace.web import get_or_404


def staffed_shift(shift_id: int) -> Shift:
    """The shift; raises NotFound when it is not visible, NotPermitted for people who do not decide about it."""
    found = get_or_404(shifts_visible_to(current_person()), shift_id)
    check_may_staff(current_person(), found)
    return found


def back_to(shift_id: int) -> ResponseReturnValue:
    """Go on to the page of the shift."""
    return redirect(url_for("coverage.shift", shift_id=shift_id), 303)
