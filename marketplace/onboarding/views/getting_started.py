"""Getting started: the tasks of a new facility or coordinator."""

from collections.abc import Sequence

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.coordinators import queries as coordinators
from marketplace.coordinators.models import CoordinatorState
from marketplace.facilities import queries as facilities
from marketplace.facilities.models import FacilityState
from marketplace.kernel import now
from marketplace.onboarding.steps.newcomers import ChecklistStep, left, missing, steps_of
from marketplace.onboarding.views.blueprint import pages
from marketplace.web import SIGNED_IN, get_or_404


@pages.get("/getting-started", may=SIGNED_IN)
def welcome() -> ResponseReturnValue:
    """One's own tasks; whoever has none is led to their first page. Everybody of a facility reads what it still lacks."""
    person, at = current_person(), now()
    if person.facility_id is not None:
        own = get_or_404(facilities.visible_to(person), person.facility_id)
        return _tasks(own.name, own.state is FacilityState.ACTIVE, steps_of(own, at))
    if person.coordinator_id is not None:
        coordinator = get_or_404(coordinators.visible_to(person), person.coordinator_id)
        steps = steps_of(coordinator, at)
        return _tasks(coordinator.name, coordinator.state is CoordinatorState.ACTIVE, steps)
    return redirect(url_for(".start"), 303)


def _tasks(name: str, active: bool, steps: Sequence[ChecklistStep]) -> str:
    return render_template(
        "onboarding/welcome.html",
        name=name,
        active=active,
        steps=steps,
        missing=missing(steps),
        left=left(steps),
    )
