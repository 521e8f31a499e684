"""Filling one seat again: the best who are free, and who could move."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.permissions import Permission
from marketplace.accounts.signing_in import current_person
from marketplace.assignments.offering import check_wants_people, send_offer
from marketplace.assignments.queries import shifts_visible_to
from marketplace.kernel.clock import now
from marketplace.kernel.errors import Invalid, NotAllowedNow
from marketplace.plans.finding_people import coordinator_named
from marketplace.plans.forms import MoveForm, WhoForm
from marketplace.plans.policy import check_may_plan
from marketplace.plans.queries import plan_zone
from marketplace.plans.refilling import Ways, ask_to_move, ways
from marketplace.plans.views import pages
from marketplace.web.finding import find
from marketplace.web.undo import flash_with_undo


@pages.get("/matching/shifts/<int:shift_id>/refill", may=Permission.MATCH_PLAN)
def refill(shift_id: int) -> ResponseReturnValue:
    """Who is free for it, and who could move to it."""
    person, at = current_person(), now()
    shift = find(shifts_visible_to(person), shift_id)
    try:
        check_wants_people(shift, at)
    except NotAllowedNow as why:
        return render_template("plans/refill.html", shift=shift, ways=Ways(0, [], []), why=why.sentence, zone=plan_zone())
    return render_template("plans/refill.html", shift=shift, ways=ways(shift, at), why="", zone=plan_zone())


@pages.post("/matching/shifts/<int:shift_id>/refills", may=Permission.MATCH_PLAN)
def ask_free(shift_id: int) -> ResponseReturnValue:
    """She gets an offer."""
    person = current_person()
    shift = find(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    form = WhoForm()
    if not form.validate():
        raise Invalid(_("This form is damaged."))
    offer = send_offer(shift, coordinator_named(form.coordinator.data), person, now())
    flash_with_undo(_("The offer is out."), url_for("assignments.withdraw", offer_id=offer.id))
    return redirect(url_for(".refill", shift_id=shift.id), 303)


@pages.post("/matching/shifts/<int:shift_id>/move-requests", may=Permission.MATCH_PLAN)
def ask_mover(shift_id: int) -> ResponseReturnValue:
    """She is asked whether this shift would suit instead of hers."""
    person = current_person()
    shift = find(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    form = MoveForm()
    if not form.validate():
        raise Invalid(_("This form is damaged."))
    ask_to_move(shift, coordinator_named(form.coordinator.data).id, form.instead_of_id, person, now())
    flash(_("Asked. Nothing changes until the answer is there."))
    return redirect(url_for(".refill", shift_id=shift.id), 303)
