"""Permissions to offer, answer, withdraw and cancel."""

from datetime import datetime

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment, CancelledBy, Offer
from marketplace.assignments.rules import LIFE, NO_SHOW_AFTER_MINUTES
from marketplace.db import Audience
from marketplace.kernel import NotAllowedNow, NotPermitted
from marketplace.needs.models import Need, Shift


def side_of(person: Person) -> CancelledBy:
    """On whose behalf a person acts; raises NotPermitted for somebody without a role."""
    sides = {
        Audience.FACILITY: CancelledBy.FACILITY,
        Audience.COORDINATOR: CancelledBy.COORDINATOR,
        Audience.AGENCY: CancelledBy.AGENCY,
    }
    if person.audience not in sides:
        raise NotPermitted("Sign in with your role at the agency or a facility first.")
    return sides[person.audience]


def may_staff(person: Person, work: Shift | Need) -> bool:
    """The facility's own schedulers and owner, and the agency's, decide whom a shift is offered to."""
    own = person.audience is Audience.AGENCY or (
        person.audience is Audience.FACILITY and person.facility_id == work.facility_id
    )
    return own and person.may(Permission.OFFER_SEND)


def check_may_staff(person: Person, work: Shift | Need) -> None:
    """Raises NotPermitted with the reason."""
    if not may_staff(person, work):
        raise NotPermitted("Only the facility's owner and schedulers, and the agency's, decide who works this shift.")


def check_may_answer(person: Person, coordinator_id: int) -> None:
    """Only the coordinator who was asked accepts, declines, applies and withdraws. Raises NotPermitted."""
    if person.coordinator_id != coordinator_id or not person.may(Permission.OFFER_ANSWER):
        raise NotPermitted("Only the coordinator who was asked can answer.")


def check_may_decide(person: Person, offer: Offer) -> None:
    """An application is answered by the facility or the agency. Raises NotPermitted."""
    own = person.audience is Audience.AGENCY or person.facility_id == offer.facility_id
    if not own or not person.may(Permission.OFFER_SEND):
        raise NotPermitted(
            "Only the facility's owner and schedulers, and the agency's, choose among those who applied."
        )


def may_cancel(person: Person, assignment: Assignment) -> bool:
    """Coordinators cancel their own shifts, the facility's and the agency's schedulers those they see."""
    if not person.may(Permission.ASSIGNMENT_CANCEL):
        return False
    match person.audience:
        case Audience.COORDINATOR:
            return person.coordinator_id == assignment.coordinator_id
        case Audience.FACILITY:
            return person.facility_id == assignment.facility_id
        case _:
            return person.audience is Audience.AGENCY


def check_may_cancel(person: Person, assignment: Assignment) -> None:
    """Raises NotPermitted with the reason."""
    if not may_cancel(person, assignment):
        raise NotPermitted("Only the coordinator, the facility's schedulers and the agency's can cancel this shift.")


def may_undo(person: Person, assignment: Assignment) -> bool:
    """The side that made the booking undoes it: coordinators their acceptance, facility or agency their choice."""
    by_coordinator = assignment.booked_by_id == assignment.coordinator.person_id
    if person.audience is Audience.COORDINATOR:
        return by_coordinator and person.coordinator_id == assignment.coordinator_id
    own = person.audience is Audience.AGENCY or person.facility_id == assignment.facility_id
    return own and not by_coordinator and person.may(Permission.OFFER_SEND)


def check_may_undo(person: Person, assignment: Assignment, at: datetime) -> None:
    """Raises NotPermitted for the other side, NotAllowedNow when the minutes are over."""
    if not may_undo(person, assignment):
        raise NotPermitted("Only the side that made this booking can take it back. You can cancel it instead.")
    if assignment.undo_until is None or at >= assignment.undo_until:
        raise NotAllowedNow("The time to undo is over. You can still cancel the shift; the page shows what that means.")


def may_judge_no_show(person: Person) -> bool:
    """The agency decides in the end whether a no-show stands."""
    return person.audience is Audience.AGENCY and person.may(Permission.ASSIGNMENT_CANCEL)


def check_may_judge_no_show(person: Person) -> None:
    """Raises NotPermitted."""
    if not may_judge_no_show(person):
        raise NotPermitted("The agency's schedulers decide whether a no-show stands.")


def may_weigh(person: Person) -> bool:
    """Weights move everybody's place in every list."""
    return person.audience is Audience.AGENCY and person.may(Permission.MATCH_PLAN)


def check_may_weigh(person: Person) -> None:
    """Raises NotPermitted."""
    if not may_weigh(person):
        raise NotPermitted("Only the agency's owner and schedulers set the weights of the score.")


def acts_on(person: Person, booking: Assignment, at: datetime) -> set[str]:
    """The acts on a booking, loaded with its shift and coordinator, that this person may do at that moment."""
    life = set(LIFE.acts(booking.state))
    own = person.coordinator_id == booking.coordinator_id
    late = (at - booking.starts_at).total_seconds() >= 60 * NO_SHOW_AFTER_MINUTES
    possible = {
        "undo": may_undo(person, booking) and booking.undo_until is not None and at < booking.undo_until,
        "confirm": own and at < booking.starts_at,
        "cancel": may_cancel(person, booking),
        "mark_no_show": may_staff(person, booking.shift) and late,
        "uphold": may_judge_no_show(person),
        "excuse": may_judge_no_show(person),
    }
    return {act for act, allowed in possible.items() if allowed and act in life}
