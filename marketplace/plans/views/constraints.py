"""Pages that pin, veto or move one coordinator on a shift of the plan."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.page_access import sent_from
from marketplace.accounts.permissions import Permission
from marketplace.kernel import NotAllowedNow, key, now
from marketplace.plans import constraints
from marketplace.plans.requests import ask_for_plan
from marketplace.plans.views.blueprint import pages
from marketplace.plans.views.named_coordinators import checked_form, coordinator_named
from marketplace.plans.views.planner import planner_and_constraint, planner_and_shift
from marketplace.web import flash_with_undo


@pages.post("/matching/shifts/<int:shift_id>/pins", may=Permission.MATCH_PLAN)
def pin(shift_id: int) -> ResponseReturnValue:
    """Pin a coordinator to the shift."""
    form = checked_form()
    person, shift = planner_and_shift(shift_id)
    chosen = coordinator_named(form.proposed.data)
    try:
        constraint = constraints.pin(shift, chosen, person, now(), form.reason.data)
    except NotAllowedNow as refusal:
        return _refused(refusal)
    _said(_("Pinned. Every plan from now on keeps it."), constraint.id)
    return _back()


@pages.post("/matching/shifts/<int:shift_id>/vetoes", may=Permission.MATCH_PLAN)
def veto(shift_id: int) -> ResponseReturnValue:
    """Veto a coordinator for the shift."""
    form = checked_form()
    person, shift = planner_and_shift(shift_id)
    constraint = constraints.veto(shift, coordinator_named(form.proposed.data), person, now(), form.reason.data)
    _said(_("Vetoed. No plan from now on proposes it."), constraint.id)
    return _back()


@pages.post("/matching/shifts/<int:shift_id>/moves", may=Permission.MATCH_PLAN)
def move(shift_id: int) -> ResponseReturnValue:
    """Pin another coordinator to the seat, and make a new plan around it."""
    at, form = now(), checked_form()
    person, shift = planner_and_shift(shift_id)
    chosen = coordinator_named(form.coordinator.data)
    try:
        made = constraints.pin_instead(shift, key(form.proposed.data), chosen, person, at, form.reason.data)
    except NotAllowedNow as refusal:
        return _refused(refusal)
    try:
        ask_for_plan(person, at)
    except NotAllowedNow:
        _said(
            _("%(name)s is pinned here. The plan that is being made does not know it yet.", name=chosen.name), made.id
        )
    else:
        _said(_("%(name)s is pinned here, and the rest is planned again around it.", name=chosen.name), made.id)
    return redirect(url_for(".index"), 303)


@pages.post("/matching/constraints/<int:constraint_id>/end", may=Permission.MATCH_PLAN)
def remove(constraint_id: int) -> ResponseReturnValue:
    """End a pin or veto."""
    person, constraint = planner_and_constraint(constraint_id)
    constraints.remove(constraint, person, now())
    flash_with_undo(_("Removed. The next plan is free to choose."), url_for(".restore", constraint_id=constraint.id))
    return _back()


@pages.post("/matching/constraints/<int:constraint_id>/restoration", may=Permission.MATCH_PLAN)
def restore(constraint_id: int) -> ResponseReturnValue:
    """Put a removed pin or veto back."""
    person, constraint = planner_and_constraint(constraint_id)
    constraints.restore(constraint, person, now())
    flash(_("It holds again."))
    return _back()


def _said(sentence: str, constraint_id: int) -> None:
    flash_with_undo(sentence, url_for(".remove", constraint_id=constraint_id))


def _refused(refusal: NotAllowedNow) -> ResponseReturnValue:
    """Show the refusal on the board; the transaction of the attempt is rolled back."""
    flash(refusal.sentence, "error")
    return _back()


def _back() -> ResponseReturnValue:
    """Redirect to the page of the board with the button, filters included."""
    came = sent_from()
    return redirect(came if came.startswith("/matching") else url_for(".index"), 303)
