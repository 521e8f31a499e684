"""Jobs on newcomers: once the last step is done, the agency is told, or the activation follows by itself."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from marketplace.coordinators.models import Coordinator
from marketplace.db import jobs_app, session
from marketplace.facilities.models import Facility
from marketplace.kernel import now
from marketplace.onboarding.activating import activate_coordinator, activate_facility, activation_mode
from marketplace.onboarding.notifications import notify_ready
from marketplace.onboarding.queries import coordinator_is_ready, facility_is_ready
from marketplace.onboarding.rules import ActivationMode

MOST_AT_ONCE = 200


@jobs_app.task(name="onboarding.look_again", queue="house", retry=3)
def look_again(facility_id: int | None = None, coordinator_id: int | None = None) -> int:
    """A step of one facility or coordinator may have been the last. Returns how many are ready."""
    at = now()
    return _facilities(at, facility_id) if facility_id is not None else _coordinators(at, coordinator_id)


@jobs_app.task(name="onboarding.look_at_all", queueing_lock="onboarding.look_at_all")
def look_at_all(timestamp: int = 0) -> int:
    """Whoever became ready without an act of anybody, and whoever was ready before the agency chose to have it automatic."""
    at = now()
    return _facilities(at) + _coordinators(at)


def _facilities(at: datetime, only: int | None = None) -> int:
    wanted = select(Facility).where(facility_is_ready()).order_by(Facility.id).limit(MOST_AT_ONCE)
    found = session.scalars(wanted.where(Facility.id == only) if only is not None else wanted).all()
    for facility in found:
        if activation_mode() is ActivationMode.AUTOMATIC:
            activate_facility(facility, None, at)
        else:
            notify_ready(facility.name, f"/facilities/{facility.id}/getting-started")
    return len(found)


def _coordinators(at: datetime, only: int | None = None) -> int:
    wanted = (
        select(Coordinator)
        .where(coordinator_is_ready(at))
        .options(joinedload(Coordinator.person), undefer(Coordinator.exclusion_hold))
        .order_by(Coordinator.id)
        .limit(MOST_AT_ONCE)
    )
    found = session.scalars(wanted.where(Coordinator.id == only) if only is not None else wanted).all()
    for coordinator in found:
        if activation_mode() is ActivationMode.AUTOMATIC:
            activate_coordinator(coordinator, None, at)
        else:
            notify_ready(coordinator.name, f"/coordinators/{coordinator.id}/getting-started")
    return len(found)
