"""A booking is undone inside its undo window, or confirmed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import check_may_answer
from marketplace.assignments.queries import visible_to
from marketplace.booking import booking, undoing
from marketplace.booking.views.blueprint import pages
from marketplace.kernel import now
from marketplace.web import check_version, get_or_404
from marketplace.web.forms import Form


@pages.post("/assignments/<int:assignment_id>/undo", may=Permission.SHIFT_SEE)
def undo(assignment_id: int) -> ResponseReturnValue:
    """Undo the booking inside its undo window."""
    person = current_person()
    found = get_or_404(visible_to(person), assignment_id)
    shift = found.shift
    undoing.undo(found, person, now())
    flash(_("Undone. Nothing is booked."))
    if "HX-Request" in request.headers:
        return render_template("booking/_answered.html", shift=shift, made=None, became="undone")
    if person.coordinator_id == found.coordinator_id:
        return redirect(url_for("booking.offers"), 303)
    return redirect(url_for("coverage.shift", shift_id=found.shift_id), 303)


@pages.post("/assignments/<int:assignment_id>/confirmation", may=Permission.OFFER_ANSWER)
def confirm(assignment_id: int) -> ResponseReturnValue:
    """The coordinator confirms that they will be there."""
    person = current_person()
    found = get_or_404(visible_to(person), assignment_id)
    check_may_answer(person, found.coordinator_id)
    check_version(found, Form().posted_version)
    booking.confirm(found, person, now())
    flash(_("Confirmed. Thank you."))
    return redirect(url_for("booking.assignment", assignment_id=found.id), 303)
