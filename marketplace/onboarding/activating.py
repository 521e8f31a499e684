"""The agency's act that ends getting started: from then on a facility or a coordinator works with it."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.coordinators.models import Coordinator
from marketplace.facilities.models import Facility
from marketplace.kernel import JoinedList, NotAllowedNow, Phrase
from marketplace.onboarding import notifications
from marketplace.onboarding.steps.coordinators import missing_of_coordinator
from marketplace.onboarding.steps.facilities import missing_of_facility


def activate_facility(facility: Facility, by: Person | None, at: datetime) -> None:
    """Its people are told. Raises NotAllowedNow with what is missing."""
    _check_nothing_missing(missing_of_facility(facility, at))
    facility.activate()
    record("activate", facility, Phrase("%(name)s was activated.", name=facility.name), by=by)
    notifications.notify_facility_active(facility, by)


def activate_coordinator(coordinator: Coordinator, by: Person | None, at: datetime) -> None:
    """`coordinator` is loaded with their hold (`undefer`); they are told. Raises NotAllowedNow with what stands in the way."""
    if coordinator.exclusion_hold is not None:
        raise NotAllowedNow("Held back after an exclusion screening. Settle that first.")
    _check_nothing_missing(missing_of_coordinator(coordinator, at, for_agency=True))
    coordinator.activate()
    record("activate", coordinator, Phrase("%(name)s was activated.", name=coordinator.name), by=by)
    notifications.notify_coordinator_active(coordinator, by)


def _check_nothing_missing(steps: Sequence[Phrase]) -> None:
    if steps:
        raise NotAllowedNow("Still missing: %(steps)s.", steps=JoinedList(steps, "; "))
