"""Filling one seat again: the best who are free, who could move, and what became of those who were asked to."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.queries import moves_to_fill, shifts_visible_to
from marketplace.booking.wanted_seats import check_wants_people
from marketplace.kernel import NotAllowedNow, now
from marketplace.plans.queries import plan_zone
from marketplace.plans.refill.options import NO_WAYS, refill_options
from marketplace.plans.texts import reassignment_words
from marketplace.plans.views.blueprint import pages
from marketplace.web import get_or_404


@pages.get("/matching/shifts/<int:shift_id>/refill", may=Permission.MATCH_PLAN)
def refill(shift_id: int) -> ResponseReturnValue:
    """The people who are free for it, who could move to it, and who were asked to."""
    person, at = current_person(), now()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    found, why = NO_WAYS, ""
    try:
        check_wants_people(shift, at)
        found = refill_options(shift, at)
    except NotAllowedNow as reason:
        why = reason.sentence
    return render_template(
        "plans/refill.html",
        shift=shift,
        ways=found,
        why=why,
        questions=moves_to_fill(shift.id),
        reassignment_words=reassignment_words(),
        zone=plan_zone(),
        at=at,
    )
