"""Filling one seat again: the best who are free, who could move, and what became of those who were asked to."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Reassignment
from marketplace.assignments.queries import moves_to_fill, reassignments_visible_to, shifts_visible_to
from marketplace.booking import reassignments
from marketplace.booking.offers import send_offer
from marketplace.booking.reassignment_requests import ask
from marketplace.booking.wanted_seats import check_wants_people
from marketplace.kernel import Invalid, NotAllowedNow, now
from marketplace.plans.forms import MoveForm, WhoForm
from marketplace.plans.policy import check_may_plan
from marketplace.plans.queries import plan_zone
from marketplace.plans.refill.options import NO_WAYS, refill_options
from marketplace.plans.texts import reassignment_words
from marketplace.plans.views.blueprint import pages
from marketplace.plans.views.named_coordinators import coordinator_named
from marketplace.web import check_version, flash_with_undo, get_or_404
from marketplace.web.forms import Form


@pages.get("/matching/shifts/<int:shift_id>/refill", may=Permission.MATCH_PLAN)
def refill(shift_id: int) -> ResponseReturnValue:
    """Who is free for it, who could move to it, and who was asked to."""
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


@pages.post("/matching/shifts/<int:shift_id>/refills", may=Permission.MATCH_PLAN)
def ask_free(shift_id: int) -> ResponseReturnValue:
    """She gets an offer."""
    person = current_person()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    form = WhoForm()
    if not form.validate():
        raise Invalid(_("This form is damaged."))
    offer = send_offer(shift, coordinator_named(form.coordinator.data), person, now())
    flash_with_undo(_("The offer is out."), url_for("coverage.withdraw", offer_id=offer.id))
    return redirect(url_for(".refill", shift_id=shift.id), 303)


@pages.post("/matching/shifts/<int:shift_id>/move-requests", may=Permission.MATCH_PLAN)
def ask_mover(shift_id: int) -> ResponseReturnValue:
    """Somebody is asked whether this shift, or the one that becomes free for it, would suit instead of hers."""
    person = current_person()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    form = MoveForm()
    if not form.validate():
        raise Invalid(_("This form is damaged."))
    ask(shift, form.chain, coordinator_named(form.free.data).id, person, now())
    flash(_("Asked. Nothing changes until the answer is there."))
    return redirect(url_for(".refill", shift_id=shift.id), 303)


@pages.post("/matching/move-requests/<int:move_id>/withdrawal", may=Permission.MATCH_PLAN)
def withdraw_move(move_id: int) -> ResponseReturnValue:
    """Not needed any more: everybody keeps her shift."""
    person = current_person()
    move = get_or_404(reassignments_visible_to(person).options(joinedload(Reassignment.after)), move_id)
    check_may_plan(person)
    check_version(move, Form().posted_version)
    to_fill = (move.after or move).shift_id
    reassignments.withdraw(move, person, now())
    flash(_("Withdrawn. Everybody keeps the shift they have."))
    return redirect(url_for(".refill", shift_id=to_fill), 303)
