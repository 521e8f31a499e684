"""One booking: why the coordinator was eligible, what has happened since, and the acts that are still possible."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import acts_on
from marketplace.assignments.queries import visible_to, with_proof
from marketplace.audit.queries import newest_of
from marketplace.booking.forms import JudgementForm
from marketplace.booking.kept_decision import decision_for
from marketplace.booking.views.blueprint import pages
from marketplace.booking.views.reassignment_cards import reassignment_cards
from marketplace.kernel import now
from marketplace.web import get_or_404

TRAIL = 20


@pages.get("/assignments/<int:assignment_id>", may=Permission.SHIFT_SEE)
def assignment(assignment_id: int) -> ResponseReturnValue:
    """The page of one booking, for either side and the agency."""
    return page_of_booking(assignment_id, JudgementForm())


def page_of_booking(assignment_id: int, judgement: JudgementForm) -> str:
    """The page of one booking with this form for the judgement of a no-show."""
    person, at = current_person(), now()
    found = get_or_404(with_proof(visible_to(person)), assignment_id)
    facility, coordinator = person.facility_id is not None, person.coordinator_id is not None
    return render_template(
        "booking/assignment.html",
        assignment=found,
        shift=found.shift,
        decision=decision_for(person, found),
        trail=newest_of(person, "assignment", found.id, TRAIL),
        acts=acts_on(person, found, at),
        side=person.audience.value,
        moves=reassignment_cards(person.coordinator_id, at, assignment_id=found.id),
        # A facility is not told what the coordinator earns, nor a coordinator what the facility is billed.
        sees_bill=not coordinator,
        sees_pay=not facility,
        sees_data=not facility,
        zone=found.coordinator.time_zone if coordinator else "",
        judgement=judgement,
        at=at,
    )
