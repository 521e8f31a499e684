"""A no-show is marked by the facility or the agency, and upheld or excused by the agency."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import check_may_judge_no_show, check_may_staff
from marketplace.assignments.queries import visible_to
from marketplace.booking import no_shows
from marketplace.booking.forms import JudgementForm
from marketplace.booking.views.blueprint import pages
from marketplace.booking.views.bookings import page_of_booking
from marketplace.kernel import now
from marketplace.web import get_or_404


@pages.post("/assignments/<int:assignment_id>/no-show", may=Permission.ASSIGNMENT_CANCEL)
def no_show(assignment_id: int) -> ResponseReturnValue:
    """The coordinator has not come."""
    person = current_person()
    found = get_or_404(visible_to(person), assignment_id)
    check_may_staff(person, found.shift)
    asked = no_shows.mark_no_show(found, person, now())
    if asked:
        flash(_("Marked. The next best %(count)s are asked.", count=len(asked)))
    else:
        flash(_("Marked. The seat is open again."))
    return redirect(url_for("coverage.shift", shift_id=found.shift_id), 303)


@pages.post("/assignments/<int:assignment_id>/upholding", may=Permission.ASSIGNMENT_CANCEL)
def uphold(assignment_id: int) -> ResponseReturnValue:
    """The no-show stands."""
    return _judge(assignment_id, stands=True)


@pages.post("/assignments/<int:assignment_id>/excuse", may=Permission.ASSIGNMENT_CANCEL)
def excuse(assignment_id: int) -> ResponseReturnValue:
    """There was a good reason."""
    return _judge(assignment_id, stands=False)


def _judge(assignment_id: int, *, stands: bool) -> ResponseReturnValue:
    person = current_person()
    found = get_or_404(visible_to(person), assignment_id)
    check_may_judge_no_show(person)
    form = JudgementForm()
    if not form.validate():
        return page_of_booking(assignment_id, form), 422
    if stands:
        no_shows.uphold(found, person, form.reason.data)
        flash(_("The no-show stands."))
    else:
        no_shows.excuse(found, person, form.reason.data)
        flash(_("Excused: it does not count."))
    return redirect(url_for("booking.assignment", assignment_id=found.id), 303)
