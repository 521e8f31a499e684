"""Getting started: the list of tasks of a new facility or coordinator, and the agency's act that ends it."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import undefer

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.first_page import WORKPLACES
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.audit.recording import record
from marketplace.coordinators import queries as coordinators
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.db import Audience, session
from marketplace.facilities import queries as facilities
from marketplace.facilities.models import Facility, FacilityState
from marketplace.kernel import NotAllowedNow, Phrase, now
from marketplace.onboarding import notifications
from marketplace.onboarding.checklist import ChecklistStep, missing, steps_of_coordinators, steps_of_facilities
from marketplace.web import SIGNED_IN, Pages, get_or_404

pages = Pages("onboarding", __name__)


@pages.get("/start", may=SIGNED_IN)
def start() -> ResponseReturnValue:
    """Where somebody begins: the tasks while they are getting started, else the overview or the offers."""
    person = current_person()
    if _gets_started(person):
        return redirect(url_for(".welcome"), 303)
    return redirect(url_for(WORKPLACES.get(person.audience, "accounts.account")), 303)


def _gets_started(person: Person) -> bool:
    """Owners of a new facility and new coordinators; a facility's other people find their own work."""
    if person.audience is Audience.FACILITY and person.may(Permission.FACILITY_SETTINGS):
        state = session.scalar(select(Facility.state).where(Facility.id == person.facility_id))
        return state is FacilityState.ONBOARDING
    if person.audience is Audience.COORDINATOR:
        mine = session.scalar(select(Coordinator.state).where(Coordinator.id == person.coordinator_id))
        return mine is CoordinatorState.ONBOARDING
    return False


@pages.get("/getting-started", may=SIGNED_IN)
def welcome() -> ResponseReturnValue:
    """One's own tasks; whoever has none is led to their first page."""
    person, at = current_person(), now()
    if person.audience is Audience.FACILITY and person.may(Permission.FACILITY_SETTINGS):
        own = get_or_404(facilities.visible_to(person), person.facility_id or 0)
        return _tasks(own.name, own.state is FacilityState.ACTIVE, steps_of_facilities([own], at)[own.id])
    if person.audience is Audience.COORDINATOR:
        coordinator = get_or_404(coordinators.visible_to(person), person.coordinator_id or 0)
        steps = steps_of_coordinators([coordinator], at)[coordinator.id]
        return _tasks(coordinator.name, coordinator.state is CoordinatorState.ACTIVE, steps)
    return redirect(url_for(".start"), 303)


def _tasks(name: str, active: bool, steps: Sequence[ChecklistStep]) -> str:
    return render_template(
        "onboarding/welcome.html",
        name=name,
        active=active,
        steps=steps,
        required=[step for step in steps if step.required],
        missing=missing(steps),
    )


# ---- the agency's side ------------------------------------------------------------------------------------------


@pages.get("/facilities/<int:facility_id>/getting-started", may=Permission.AGENCY_DESK)
def facility(facility_id: int) -> str:
    """What is missing, and the button that ends it."""
    found = get_or_404(facilities.visible_to(current_person()), facility_id)
    steps = steps_of_facilities([found], now())[found.id]
    return render_template(
        "onboarding/progress.html",
        name=found.name,
        state=found.state.value,
        steps=steps,
        missing=missing(steps),
        held=False,
        back=url_for("facilities.show", facility_id=found.id),
        ways={"contracts.index": url_for("contracts.index", q=found.name)},
        activate=url_for(".activate_facility", facility_id=found.id),
        may_activate=current_person().may(Permission.FACILITY_MANAGE),
    )


@pages.post("/facilities/<int:facility_id>/activation", may=Permission.FACILITY_MANAGE)
def activate_facility(facility_id: int) -> ResponseReturnValue:
    """It works with the agency from now on; refused with what is missing."""
    found, at = get_or_404(facilities.visible_to(current_person()), facility_id), now()
    _check_nothing_missing(steps_of_facilities([found], at)[found.id])
    found.activate()
    record("activate", found, Phrase("%(name)s was activated.", name=found.name), by=current_person())
    notifications.notify_facility_active(found)
    flash(_("%(name)s is active. Its people were told.", name=found.name))
    return redirect(url_for("facilities.show", facility_id=found.id), 303)


@pages.get("/coordinators/<int:coordinator_id>/getting-started", may=Permission.AGENCY_DESK)
def coordinator(coordinator_id: int) -> str:
    """What is missing, and the button that ends it."""
    found = _coordinator(coordinator_id)
    steps = steps_of_coordinators([found], now())[found.id]
    return render_template(
        "onboarding/progress.html",
        name=found.name,
        state=found.state.value,
        steps=steps,
        missing=missing(steps),
        held=found.exclusion_hold is not None,
        back=url_for("coordinators.show", coordinator_id=found.id),
        ways={
            "contracts.index": url_for("contracts.index", q=found.name),
            "credentials.mine": url_for("credentials.queue", q=found.name, state="all"),
        },
        activate=url_for(".activate_coordinator", coordinator_id=found.id),
        may_activate=current_person().may(Permission.COORDINATOR_MANAGE),
    )


@pages.post("/coordinators/<int:coordinator_id>/activation", may=Permission.COORDINATOR_MANAGE)
def activate_coordinator(coordinator_id: int) -> ResponseReturnValue:
    """The coordinator is asked from now on. Refused with what is missing, and while they are on hold."""
    found, at = _coordinator(coordinator_id), now()
    if found.exclusion_hold is not None:
        raise NotAllowedNow(_("Held back after an exclusion screening. Settle that first."))
    _check_nothing_missing(steps_of_coordinators([found], at)[found.id])
    found.activate()
    record("activate", found, Phrase("%(name)s was activated.", name=found.name), by=current_person())
    notifications.notify_coordinator_active(found)
    flash(_("%(name)s is active and was told.", name=found.name))
    return redirect(url_for("coordinators.show", coordinator_id=found.id), 303)


def _coordinator(coordinator_id: int) -> Coordinator:
    visible = coordinators.visible_to(current_person()).options(undefer(Coordinator.exclusion_hold))
    return get_or_404(visible, coordinator_id)


def _check_nothing_missing(steps: Sequence[ChecklistStep]) -> None:
    titles = [step.title for step in missing(steps)]
    if titles:
        raise NotAllowedNow(_("Still missing: %(steps)s.", steps="; ".join(titles)))
