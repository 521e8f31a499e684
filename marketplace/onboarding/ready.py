"""Once the last step is done: the agency is told, or the activation follows by itself, as the agency chose."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.onboarding.activating import activate_coordinator, activate_facility
from marketplace.onboarding.notifications import notify_ready
from marketplace.onboarding.queries import coordinator_is_ready, facility_is_ready, mode_in_force
from marketplace.onboarding.rules import ActivationMode

MOST_AT_ONCE = 200


def look_at_facilities(at: datetime, only: int | None = None) -> int:
    """Tell of, or activate, each facility with nothing missing (or one of them). Returns how many."""
    wanted = select(Facility).where(facility_is_ready()).order_by(Facility.id).limit(MOST_AT_ONCE)
    found = session.scalars(wanted.where(Facility.id == only) if only is not None else wanted).all()
    automatic = bool(found) and mode_in_force() is ActivationMode.AUTOMATIC
    for facility in found:
        if automatic:
            activate_facility(facility, None, at)
        else:
            notify_ready(facility.name, f"/facilities/{facility.id}/getting-started")
    return len(found)


def look_at_coordinators(at: datetime, only: int | None = None) -> int:
    """Tell of, or activate, each coordinator with nothing missing (or one of them). Returns how many."""
    wanted = (
        select(Coordinator)
        .where(coordinator_is_ready(at))
        .options(joinedload(Coordinator.person), undefer(Coordinator.exclusion_hold))
        .order_by(Coordinator.id)
        .limit(MOST_AT_ONCE)
    )
    found = session.scalars(wanted.where(Coordinator.id == only) if only is not None else wanted).all()
    automatic = bool(found) and mode_in_force() is ActivationMode.AUTOMATIC
    for coordinator in found:
        if automatic:
            activate_coordinator(coordinator, None, at)
        else:
            notify_ready(coordinator.name, f"/coordinators/{coordinator.id}/getting-started")
    return len(found)
