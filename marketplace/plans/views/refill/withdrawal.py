"""A question to move is withdrawn."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Reassignment
from marketplace.assignments.queries import reassignments_visible_to
from marketplace.booking import reassignments
from marketplace.kernel import now
from marketplace.plans.policy import check_may_plan
from marketplace.plans.views.blueprint import pages
from marketplace.web import check_version, get_or_404
from marketplace.web.forms import Form


@pages.post("/matching/move-requests/<int:move_id>/withdrawal", may=Permission.MATCH_PLAN)
def withdraw_move(move_id: int) -> ResponseReturnValue:
    """The question is not needed any more: everybody keeps their shift."""
    person = current_person()
    move = get_or_404(reassignments_visible_to(person).options(joinedload(Reassignment.after)), move_id)
    check_may_plan(person)
    check_version(move, Form().posted_version)
    to_fill = (move.after or move).shift_id
    reassignments.withdraw(move, person, now())
    flash(_("Withdrawn. Everybody keeps the shift they have."))
    return redirect(url_for(".refill", shift_id=to_fill), 303)
