"""Whether a facility asks for people: only one that the agency has activated posts needs and has its shifts filled."""

from datetime import datetime

from marketplace.accounts.models import Person
from marketplace.db import Audience, enqueue
from marketplace.facilities.models import Facility, FacilityState
from marketplace.kernel import Hook, JoinedList, NotYet, Phrase

steps_missing: Hook[[Facility, datetime, bool], list[Phrase]] = Hook("facilities.readiness.steps_missing")
"""The steps left until a facility can be activated, in words for it or (True) for the agency.

Agreements stand above facilities, so getting started answers.
"""

SEE_WHAT_IS_MISSING = Phrase("See what is missing")


def check_asks_for_people(facility: Facility, by: Person | None, at: datetime) -> None:
    """Raises NotYet with the reason, in words for `by`, unless the facility is active."""
    refusal = why_not(facility, by, at)
    if refusal is not None:
        raise refusal


def why_not(facility: Facility, by: Person | None, at: datetime) -> NotYet | None:
    """The reason why nobody can be asked for this facility, with the way to what comes first; None for an active one.

    A coordinator reads the reason alone: what a facility still has to do is between it and the agency.
    """
    if facility.state is FacilityState.ACTIVE:
        return None
    own_list = f"/facilities/{facility.id}/getting-started" if _is_agency(by) else "/getting-started"
    if facility.state is FacilityState.PAUSED:
        own_page = f"/facilities/{facility.id}" if _is_agency(by) else "/overview"
        return NotYet("%(name)s is paused: nobody new can be asked.", name=facility.name).first(
            own_page, Phrase("Look at the facility")
        )
    if by is not None and by.audience is Audience.COORDINATOR:
        return NotYet("The agency has not activated %(name)s yet.", name=facility.name)
    missing = missing_steps(facility, at, for_agency=_is_agency(by))
    if missing:
        return NotYet(
            "The agency has not activated %(name)s yet, so nobody can be asked for it. What is missing: %(steps)s.",
            name=facility.name,
            steps=JoinedList(missing, "; "),
        ).first(own_list, SEE_WHAT_IS_MISSING)
    return NotYet(
        "The agency has not activated %(name)s yet, so nobody can be asked for it. Everything is in place:"
        " the agency activates it next.",
        name=facility.name,
    ).first(own_list, Phrase("Activate it") if _is_agency(by) else SEE_WHAT_IS_MISSING)


def missing_steps(facility: Facility, at: datetime, *, for_agency: bool) -> list[Phrase]:
    """What is left until it can be activated; empty when nothing is, or it has been activated."""
    if facility.state is not FacilityState.ONBOARDING:
        return []
    return [step for answer in steps_missing(facility, at, for_agency) for step in answer]


def look_again(facility: Facility) -> None:
    """A step may have been the last one: getting started looks, once this transaction is kept."""
    if facility.state is FacilityState.ONBOARDING:
        enqueue("onboarding.look_again", queue="house", facility_id=facility.id)


def _is_agency(by: Person | None) -> bool:
    return by is not None and by.audience is Audience.AGENCY
