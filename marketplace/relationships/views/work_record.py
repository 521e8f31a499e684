"""The work record of a coordinator, for the agency: reliability, hours by place, lost shifts, and the shifts ahead."""

from flask import render_template

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments import history
from marketplace.coordinators.queries import visible_to
from marketplace.kernel import now
from marketplace.relationships.work_history import bookings_of, facilities_known_to, paid_minutes_of
from marketplace.web import Pages, get_or_404, page_of

pages = Pages("work_record", __name__)


@pages.get("/coordinators/<int:coordinator_id>/work", may=Permission.AGENCY_DESK)
def show(coordinator_id: int) -> str:
    """The bookings of a coordinator, the latest first, and what they come to."""
    at = now()
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    return render_template(
        "relationships/work.html",
        coordinator=coordinator,
        record=history.read([coordinator.id], at)[coordinator.id],
        days=history.RELIABILITY_PERIOD.days,
        minutes=paid_minutes_of(coordinator.id),
        places=[place for place in facilities_known_to(coordinator.id, at) if place.shifts or place.ahead],
        page=page_of(bookings_of(coordinator.id)),
    )
