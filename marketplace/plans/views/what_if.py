"""The question what choosing another coordinator would cost."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.permissions import Permission
from marketplace.kernel import NotAllowedNow, now
from marketplace.plans.queries import present
from marketplace.plans.requests import ask_what_if
from marketplace.plans.views.blueprint import pages
from marketplace.plans.views.named_coordinators import checked_form, coordinator_named
from marketplace.plans.views.planner import planner_and_shift


@pages.post("/matching/shifts/<int:shift_id>/what-ifs", may=Permission.MATCH_PLAN)
def what_if(shift_id: int) -> ResponseReturnValue:
    """Make a what-if plan: the cost of choosing another coordinator."""
    form = checked_form()
    person, shift = planner_and_shift(shift_id)
    base = present(person)
    if base is None:
        raise NotAllowedNow(_("There is no plan to compare with. Have one made first."))
    asked = ask_what_if(base, shift, coordinator_named(form.coordinator.data), person, now())
    return redirect(url_for(".plan", plan_id=asked.id), 303)
