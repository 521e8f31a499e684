"""The steps of a newcomer, whichever side they are on."""

from datetime import datetime

from marketplace.coordinators.models import Coordinator
from marketplace.facilities.models import Facility
from marketplace.onboarding.steps.checklist import ChecklistStep, left, missing
from marketplace.onboarding.steps.coordinators import steps_of_coordinator
from marketplace.onboarding.steps.facilities import steps_of_facility

# Whoever asks for the steps asks what is left of them.
__all__ = ["ChecklistStep", "left", "missing", "steps_of"]


def steps_of(newcomer: Facility | Coordinator, at: datetime, *, for_agency: bool = False) -> list[ChecklistStep]:
    """As the newcomer reads them, or with `for_agency` as the agency does."""
    if isinstance(newcomer, Facility):
        return steps_of_facility(newcomer, at, for_agency=for_agency)
    return steps_of_coordinator(newcomer, at, for_agency=for_agency)
