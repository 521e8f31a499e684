"""Pin, forbid, move, and what a change would cost: single acts on one shift of the plan."""

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
from marketplace.plans.models import MatchWish
from marketplace.plans.named_coordinators import coordinator_named
from marketplace.plans.policy import check_may_plan
from marketplace.plans.queries import present, wishes, wishes_visible_to
from marketplace.plans.requests import ask_for_plan, ask_what_if
from marketplace.plans.rules import WishKind
from marketplace.plans.views.blueprint import pages
from marketplace.web import flash_with_undo, get_or_404


@pages.post("/matching/shifts/<int:shift_id>/pins", may=Permission.MATCH_PLAN)
def pin(shift_id: int) -> ResponseReturnValue:
    """She has this shift in every plan."""
    person, form = current_person(), _asked()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    chosen = coordinator_named(form.proposed.data)
    try:
        with session.begin_nested():
            wish = constraints.pin(shift, chosen, person, now(), form.reason.data)
    except NotAllowedNow as refusal:
        return _refused(refusal)
    _said(_("Pinned. Every plan from now on keeps it."), wish)
    return _back()


@pages.post("/matching/shifts/<int:shift_id>/bans", may=Permission.MATCH_PLAN)
def forbid(shift_id: int) -> ResponseReturnValue:
    """No plan proposes her for this shift."""
    person, form = current_person(), _asked()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    wish = constraints.forbid(shift, coordinator_named(form.proposed.data), person, now(), form.reason.data)
    _said(_("Forbidden. No plan from now on proposes it."), wish)
    return _back()


@pages.post("/matching/shifts/<int:shift_id>/moves", may=Permission.MATCH_PLAN)
def move(shift_id: int) -> ResponseReturnValue:
    """Somebody else has the seat, and everything else is planned anew around it."""
    person, at, form = current_person(), now(), _asked()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    chosen = coordinator_named(form.coordinator.data)
    try:
        with session.begin_nested():
            for wish in wishes([shift.id]):
                if wish.kind is WishKind.PIN and str(wish.coordinator_id) == form.proposed.data:
                    constraints.remove_pin(wish, person, at)
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
    """What would it cost?"""
    person, form = current_person(), _asked()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    check_may_plan(person)
    base = present(person)
    if base is None:
        raise NotAllowedNow(_("There is no plan to compare with. Have one made first."))
    asked = ask_what_if(base, shift, coordinator_named(form.coordinator.data), person, now())
    return redirect(url_for(".plan", plan_id=asked.id), 303)


@pages.post("/matching/wishes/<int:wish_id>/end", may=Permission.MATCH_PLAN)
def lift(wish_id: int) -> ResponseReturnValue:
    """A pin or ban no longer holds."""
    person = current_person()
    wish = get_or_404(wishes_visible_to(person), wish_id)
    check_may_plan(person)
    constraints.remove_pin(wish, person, now())
    flash_with_undo(_("Lifted. The next plan is free to choose."), url_for(".restore", wish_id=wish.id))
    return _back()


@pages.post("/matching/wishes/<int:wish_id>/restoration", may=Permission.MATCH_PLAN)
def restore(wish_id: int) -> ResponseReturnValue:
    """It holds again after all."""
    person = current_person()
    wish = get_or_404(wishes_visible_to(person), wish_id)
    check_may_plan(person)
    constraints.restore(wish, person, now())
    flash(_("It holds again."))
    return _back()


def _said(sentence: str, wish: MatchWish) -> None:
    flash_with_undo(sentence, url_for(".lift", wish_id=wish.id))


def _asked() -> WhoForm:
    form = WhoForm()
    if not form.validate():
        raise Invalid(str(form.reason.errors[0]) if form.reason.errors else _("This form is damaged."), "reason")
    return form


def _refused(refusal: NotAllowedNow) -> ResponseReturnValue:
    """Said on the board, where the next choice is made; nothing of what was tried is kept."""
    flash(refusal.sentence, "error")
    return _back()


def _back() -> ResponseReturnValue:
    """To the page of the board the button stood on, with its filters."""
    came = sent_from()
    return redirect(came if came.startswith("/matching") else url_for(".index"), 303)
