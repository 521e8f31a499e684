"""What a coordinator has done so far, for the agency: reliability, hours by place, lost shifts, what comes next."""

from flask import render_template
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments import history
from marketplace.assignments.models import Assignment
from marketplace.coordinators.queries import visible_to
from marketplace.db import session
from marketplace.kernel import now
from marketplace.needs.models import Shift
from marketplace.relationships.work_history import facilities_known_to
from marketplace.timesheets.models import TimeEntry
from marketplace.web import Pages, get_or_404, page_of

pages = Pages("work_record", __name__)


@pages.get("/coordinators/<int:coordinator_id>/work", may=Permission.AGENCY_DESK)
def show(coordinator_id: int) -> str:
    """Her bookings, the latest first, and what they come to."""
    at = now()
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    minutes = session.scalar(
        select(func.coalesce(func.sum(TimeEntry.paid_minutes), 0)).where(TimeEntry.coordinator_id == coordinator.id)
    )
    bookings = (
        select(Assignment)
        .where(Assignment.coordinator_id == coordinator.id)
        .options(joinedload(Assignment.shift).joinedload(Shift.line), joinedload(Assignment.facility))
        .order_by(Assignment.starts_at.desc(), Assignment.id.desc())
    )
    return render_template(
        "relationships/work.html",
        coordinator=coordinator,
        record=history.read([coordinator.id], at)[coordinator.id],
        days=history.RELIABILITY_PERIOD.days,
        minutes=minutes,
        places=[place for place in facilities_known_to(coordinator.id, at) if place.shifts or place.ahead],
        page=page_of(bookings),
    )
