"""The buttons of the board: have a plan made, stop it, publish it, undo its publication."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.permissions import Permission
from marketplace.kernel import now
from marketplace.plans.publishing.starting import publish
from marketplace.plans.publishing.undoing import undo_publication
from marketplace.plans.requests import ask_for_plan, cancel_plan
from marketplace.plans.views.blueprint import pages
from marketplace.plans.views.planner import planner, planner_and_plan
from marketplace.web import check_version
from marketplace.web.forms import Form


@pages.post("/matching/plans", may=Permission.MATCH_PLAN)
def make() -> ResponseReturnValue:
    """Have a plan made."""
    ask_for_plan(planner(), now())
    flash(_("A plan is being made. You may leave this page and come back."))
    return redirect(url_for(".index"), 303)


@pages.post("/matching/plans/<int:plan_id>/cancellation", may=Permission.MATCH_PLAN)
def stop(plan_id: int) -> ResponseReturnValue:
    """Not wanted any more."""
    person, found = planner_and_plan(plan_id)
    cancel_plan(found, person)
    flash(_("Stopped. The plan before it still stands."))
    return redirect(url_for(".index"), 303)


@pages.post("/matching/plans/<int:plan_id>/publication", may=Permission.MATCH_PLAN)
def publication(plan_id: int) -> ResponseReturnValue:
    """Send the offers, make the bookings."""
    person, found = planner_and_plan(plan_id)
    check_version(found, Form().posted_version)
    publish(found, person, now())
    flash(_("The plan is being published. What is refused will be listed with its reason."))
    return redirect(url_for(".index"), 303)


@pages.post("/matching/plans/<int:plan_id>/withdrawal", may=Permission.MATCH_PLAN)
def withdrawal(plan_id: int) -> ResponseReturnValue:
    """Undo what was published, as far as nobody has answered."""
    person, found = planner_and_plan(plan_id)
    done = undo_publication(found, person, now())
    flash(ngettext("%(num)d proposal is undone.", "%(num)d proposals are undone.", done))
    return redirect(url_for(".index"), 303)
