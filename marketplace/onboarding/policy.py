"""The people who are still getting started."""

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.db import Audience, session
from marketplace.facilities.models import Facility, FacilityState


def gets_started(person: Person) -> bool:
    """Owners of a new facility and new coordinators; a facility's other people find their own work."""
    if person.audience is Audience.FACILITY and person.may(Permission.FACILITY_SETTINGS):
        state = session.scalar(select(Facility.state).where(Facility.id == person.facility_id))
        return state is FacilityState.ONBOARDING
    if person.audience is Audience.COORDINATOR:
        mine = session.scalar(select(Coordinator.state).where(Coordinator.id == person.coordinator_id))
        return mine is CoordinatorState.ONBOARDING
    return False
