"""Filling one seat again: an offer to somebody who is free, or a question to somebody who could move."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.permissions import Permission
from marketplace.booking.offers import send_offer
from marketplace.booking.reassignment_requests import ask
from marketplace.kernel import Invalid, now
from marketplace.plans.forms import MoveForm, WhoForm
from marketplace.plans.views.blueprint import pages
from marketplace.plans.views.named_coordinators import coordinator_named
from marketplace.plans.views.planner import planner_and_shift
from marketplace.web import flash_with_undo


@pages.post("/matching/shifts/<int:shift_id>/refills", may=Permission.MATCH_PLAN)
def ask_free(shift_id: int) -> ResponseReturnValue:
    """Send an offer to somebody who is free."""
    person, shift = planner_and_shift(shift_id)
    form = WhoForm()
    if not form.validate():
        raise Invalid(_("This form is damaged."))
    offer = send_offer(shift, coordinator_named(form.coordinator.data), person, now())
    flash_with_undo(_("The offer is out."), url_for("coverage.withdraw", offer_id=offer.id))
    return redirect(url_for(".refill", shift_id=shift.id), 303)


@pages.post("/matching/shifts/<int:shift_id>/move-requests", may=Permission.MATCH_PLAN)
def ask_mover(shift_id: int) -> ResponseReturnValue:
    """Ask somebody to work this shift, or the one that becomes free for it, instead of their own."""
    person, shift = planner_and_shift(shift_id)
    form = MoveForm()
    if not form.validate():
        raise Invalid(_("This form is damaged."))
    ask(shift, form.chain, coordinator_named(form.free.data).id, person, now())
    flash(_("Asked. Nothing changes until the answer is there."))
    return redirect(url_for(".refill", shift_id=shift.id), 303)
