"""Jobs on newcomers: whether somebody has nothing missing any more."""

from marketplace.db import jobs_app
from marketplace.kernel import now
from marketplace.onboarding.ready import look_at_coordinators, look_at_facilities


@jobs_app.task(name="onboarding.look_again", queue="house", retry=3)
def look_again(facility_id: int | None = None, coordinator_id: int | None = None) -> int:
    """A step of one facility or coordinator may have been the last. Returns how many are ready."""
    at = now()
    return look_at_facilities(at, facility_id) if facility_id is not None else look_at_coordinators(at, coordinator_id)


@jobs_app.task(name="onboarding.look_at_all", queueing_lock="onboarding.look_at_all")
def look_at_all(timestamp: int = 0) -> int:
    """Whoever became ready without an act of anybody. Returns how many are ready."""
    at = now()
    return look_at_facilities(at) + look_at_coordinators(at)
