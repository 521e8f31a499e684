"""The agency's pages on a new facility or coordinator: the missing steps, and activation."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import undefer

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators import queries as coordinators
from marketplace.coordinators.models import Coordinator
from marketplace.facilities import queries as facilities
from marketplace.kernel import now
from marketplace.onboarding import activating
from marketplace.onboarding.steps.newcomers import missing, steps_of
from marketplace.onboarding.views.blueprint import pages
from marketplace.web import get_or_404


@pages.get("/facilities/<int:facility_id>/getting-started", may=Permission.AGENCY_DESK)
def facility(facility_id: int) -> str:
    """The missing steps, and the button that ends getting started."""
    found = get_or_404(facilities.visible_to(current_person()), facility_id)
    steps = steps_of(found, now(), for_agency=True)
    return render_template(
        "onboarding/progress.html",
        name=found.name,
        state=found.state.value,
        steps=steps,
        missing=missing(steps),
        held=False,
        back=url_for("facilities.show", facility_id=found.id),
        activate=url_for(".activate_facility", facility_id=found.id),
        may_activate=current_person().may(Permission.FACILITY_MANAGE),
    )


@pages.post("/facilities/<int:facility_id>/activation", may=Permission.FACILITY_MANAGE)
def activate_facility(facility_id: int) -> ResponseReturnValue:
    """It works with the agency from now on; refused with what is missing."""
    found = get_or_404(facilities.visible_to(current_person()), facility_id)
    activating.activate_facility(found, current_person(), now())
    flash(_("%(name)s is active. Its people were told.", name=found.name))
    return redirect(url_for("facilities.show", facility_id=found.id), 303)


@pages.get("/coordinators/<int:coordinator_id>/getting-started", may=Permission.AGENCY_DESK)
def coordinator(coordinator_id: int) -> str:
    """The missing steps, and the button that ends getting started."""
    found = _coordinator(coordinator_id)
    steps = steps_of(found, now(), for_agency=True)
    return render_template(
        "onboarding/progress.html",
        name=found.name,
        state=found.state.value,
        steps=steps,
        missing=missing(steps),
        held=found.exclusion_hold is not None,
        back=url_for("coordinators.show", coordinator_id=found.id),
        activate=url_for(".activate_coordinator", coordinator_id=found.id),
        may_activate=current_person().may(Permission.COORDINATOR_MANAGE),
    )


@pages.post("/coordinators/<int:coordinator_id>/activation", may=Permission.COORDINATOR_MANAGE)
def activate_coordinator(coordinator_id: int) -> ResponseReturnValue:
    """The coordinator is asked from now on. Refused with what is missing, and while they are on hold."""
    found = _coordinator(coordinator_id)
    activating.activate_coordinator(found, current_person(), now())
    flash(_("%(name)s is active and was told.", name=found.name))
    return redirect(url_for("coordinators.show", coordinator_id=found.id), 303)


def _coordinator(coordinator_id: int) -> Coordinator:
    visible = coordinators.visible_to(current_person()).options(undefer(Coordinator.exclusion_hold))
    return get_or_404(visible, coordinator_id)
