"""Whether a coordinator is asked for shifts, and if not yet, what comes first."""

from datetime import datetime

from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.db import enqueue
from marketplace.kernel import Hook, JoinedList, NotYet, Phrase

steps_missing: Hook[[Coordinator, datetime, bool], list[Phrase]] = Hook("coordinators.readiness.steps_missing")
"""The steps left until a coordinator can be activated, in words for them or (True) for the agency.

Agreements stand above coordinators, so getting started answers.
"""


def why_no_offers(coordinator: Coordinator, at: datetime) -> NotYet | None:
    """The reason why a coordinator is offered nothing, with the way to what comes first; None while they may be booked.

    `coordinator` is loaded with their hold (`undefer`).
    """
    if coordinator.exclusion_hold is not None:
        return NotYet(
            "You cannot be booked at the moment: an exclusion screening is being settled. The agency will write to you."
        )
    if coordinator.state is CoordinatorState.PAUSED:
        return NotYet("You are paused: nothing new is offered. Ask the agency to activate you again.")
    return why_not_active(coordinator, at)


def why_not_active(coordinator: Coordinator, at: datetime) -> NotYet | None:
    """What is left until they are active, with the way there; None for whoever has been activated."""
    if coordinator.state is not CoordinatorState.ONBOARDING:
        return None
    missing = missing_steps(coordinator, at, for_agency=False)
    if missing:
        return NotYet(
            "You are not active yet, so no shifts are offered to you. What is missing: %(steps)s.",
            steps=JoinedList(missing, "; "),
        ).first("/getting-started", Phrase("See your steps"))
    return NotYet(
        "You are not active yet, so no shifts are offered to you. Everything is in place: the agency activates you next."
    ).first("/getting-started", Phrase("See your steps"))


def missing_steps(coordinator: Coordinator, at: datetime, *, for_agency: bool) -> list[Phrase]:
    """What is left until they can be activated; empty when nothing is, or they have been activated."""
    if coordinator.state is not CoordinatorState.ONBOARDING:
        return []
    return [step for answer in steps_missing(coordinator, at, for_agency) for step in answer]


def look_again(coordinator: Coordinator) -> None:
    """A step may have been the last one: getting started looks, once this transaction is kept."""
    if coordinator.state is CoordinatorState.ONBOARDING:
        enqueue("onboarding.look_again", queue="house", coordinator_id=coordinator.id)
