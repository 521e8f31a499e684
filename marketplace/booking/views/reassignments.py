"""A coordinator answers whether they would work another shift instead of theirs."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import check_may_answer
from marketplace.assignments.queries import reassignments_visible_to
from marketplace.booking import reassignments
from marketplace.booking.forms import ReassignmentAnswerForm
from marketplace.booking.reassignment_chains import check_waits
from marketplace.booking.views.blueprint import pages
from marketplace.kernel import Invalid, now
from marketplace.web import check_version, get_or_404


@pages.post("/move-requests/<int:move_id>/acceptance", may=Permission.OFFER_ANSWER)
def accept_move(move_id: int) -> ResponseReturnValue:
    """ "Move me": the coordinator gets the other shift and leaves theirs."""
    person = current_person()
    move = get_or_404(reassignments_visible_to(person), move_id)
    check_may_answer(person, move.coordinator_id)
    check_waits(move, now())
    form = ReassignmentAnswerForm()
    check_version(move, form.posted_version)
    if not form.validate() or form.saw is None:
        raise Invalid(_("This form is damaged. Open the page again and repeat."))
    move = reassignments.accept(move, person, now(), form.saw)
    if move.became_id is None:
        flash(_("Thank you. You keep your shift until the other one has said yes too; you will be told."))
        return redirect(url_for(".assignment", assignment_id=move.assignment_id), 303)
    flash(_("You are reassigned. The other shift is no longer yours."))
    return redirect(url_for(".assignment", assignment_id=move.became_id), 303)


@pages.post("/move-requests/<int:move_id>/refusal", may=Permission.OFFER_ANSWER)
def decline_move(move_id: int) -> ResponseReturnValue:
    """ "Keep my shift": nothing changes."""
    person = current_person()
    move = get_or_404(reassignments_visible_to(person), move_id)
    check_may_answer(person, move.coordinator_id)
    check_waits(move, now())
    check_version(move, ReassignmentAnswerForm().posted_version)
    reassignments.decline(move, person, now())
    flash(_("You keep your shift. The agency is told."))
    return redirect(url_for(".assignment", assignment_id=move.assignment_id), 303)
