"""Pages that pin, forbid or move one coordinator on a shift of the plan, or ask what that would cost."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.page_access import sent_from
from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.queries import shifts_visible_to
from marketplace.db import session
from marketplace.kernel import Invalid, NotAllowedNow, now
from marketplace.plans import constraints
from marketplace.plans.forms import WhoForm
from marketplace.plans.models import PlanConstraint
from marketplace.plans.policy import check_may_plan
from marketplace.plans.queries import constraints_of, constraints_visible_to, present
from marketplace.plans.requests import ask_for_plan, ask_what_if
from marketplace.plans.rules import ConstraintKind
from marketplace.plans.views.blueprint import pages
from marketplace.plans.views.named_coordinators import coordinator_named
from marketplace.web import flash_with_undo, get_or_404


@pages.post("/matching/shifts/<int:shift_id>/pins", may=Permission.MATCH_PLAN)
def pin(shift_id: int) -> ResponseReturnValue:
    """Pin a coordinator to the shift."""
    person, form = current_person(), _asked()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    chosen = coordinator_named(form.proposed.data)
    try:
        with session.begin_nested():
            constraint = constraints.pin(shift, chosen, person, now(), form.reason.data)
    except NotAllowedNow as refusal:
        return _refused(refusal)
    _said(_("Pinned. Every plan from now on keeps it."), constraint)
    return _back()


@pages.post("/matching/shifts/<int:shift_id>/bans", may=Permission.MATCH_PLAN)
def forbid(shift_id: int) -> ResponseReturnValue:
    """Veto a coordinator for the shift."""
    person, form = current_person(), _asked()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    constraint = constraints.forbid(shift, coordinator_named(form.proposed.data), person, now(), form.reason.data)
    _said(_("Forbidden. No plan from now on proposes it."), constraint)
    return _back()


@pages.post("/matching/shifts/<int:shift_id>/moves", may=Permission.MATCH_PLAN)
def move(shift_id: int) -> ResponseReturnValue:
    """Pin another coordinator to the seat, and make a new plan around it."""
    person, at, form = current_person(), now(), _asked()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    chosen = coordinator_named(form.coordinator.data)
    try:
        with session.begin_nested():
            for constraint in constraints_of([shift.id]):
                if constraint.kind is ConstraintKind.PIN and str(constraint.coordinator_id) == form.proposed.data:
                    constraints.remove(constraint, person, at)
                    session.flush()
            made = constraints.pin(shift, chosen, person, at, form.reason.data)
    except NotAllowedNow as refusal:
        return _refused(refusal)
    try:
        ask_for_plan(person, at)
    except NotAllowedNow:
        _said(_("%(name)s is pinned here. The plan that is being made does not know it yet.", name=chosen.name), made)
    else:
        _said(_("%(name)s is pinned here, and the rest is planned anew around it.", name=chosen.name), made)
    return redirect(url_for(".index"), 303)


@pages.post("/matching/shifts/<int:shift_id>/what-ifs", may=Permission.MATCH_PLAN)
def what_if(shift_id: int) -> ResponseReturnValue:
    """Make a what-if plan: the cost of choosing another coordinator."""
    person, form = current_person(), _asked()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    base = present(person)
    if base is None:
        raise NotAllowedNow(_("There is no plan to compare with. Have one made first."))
    asked = ask_what_if(base, shift, coordinator_named(form.coordinator.data), person, now())
    return redirect(url_for(".plan", plan_id=asked.id), 303)


@pages.post("/matching/constraints/<int:constraint_id>/end", may=Permission.MATCH_PLAN)
def remove(constraint_id: int) -> ResponseReturnValue:
    """End a pin or veto."""
    person = current_person()
    constraint = get_or_404(constraints_visible_to(person), constraint_id)
    check_may_plan(person)
    constraints.remove(constraint, person, now())
    flash_with_undo(_("Removed. The next plan is free to choose."), url_for(".restore", constraint_id=constraint.id))
    return _back()


@pages.post("/matching/constraints/<int:constraint_id>/restoration", may=Permission.MATCH_PLAN)
def restore(constraint_id: int) -> ResponseReturnValue:
    """Put a removed pin or veto back."""
    person = current_person()
    constraint = get_or_404(constraints_visible_to(person), constraint_id)
    check_may_plan(person)
    constraints.restore(constraint, person, now())
    flash(_("It holds again."))
    return _back()


def _said(sentence: str, constraint: PlanConstraint) -> None:
    flash_with_undo(sentence, url_for(".remove", constraint_id=constraint.id))


def _asked() -> WhoForm:
    form = WhoForm()
    if not form.validate():
        raise Invalid(str(form.reason.errors[0]) if form.reason.errors else _("This form is damaged."), "reason")
    return form


def _refused(refusal: NotAllowedNow) -> ResponseReturnValue:
    """Show the refusal on the board; the transaction of the attempt is rolled back."""
    flash(refusal.sentence, "error")
    return _back()


def _back() -> ResponseReturnValue:
    """Redirect to the page of the board with the button, filters included."""
    came = sent_from()
    return redirect(came if came.startswith("/matching") else url_for(".index"), 303)
