"""Who may hand in, approve and dispute hours."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.db import Audience
from marketplace.kernel import NotPermitted
from marketplace.timesheets.models import TimeEntry, Timesheet


def may_submit(person: Person, sheet: Timesheet) -> bool:
    """Coordinators hand in their own weeks, and nobody else does."""
    return person.coordinator_id == sheet.coordinator_id and person.may(Permission.TIMESHEET_SUBMIT)


def check_may_submit(person: Person, sheet: Timesheet) -> None:
    """Raises NotPermitted with the reason."""
    if not may_submit(person, sheet):
        raise NotPermitted("Only the coordinator whose hours these are hands them in and recalls them.")


def may_decide(person: Person, entry: TimeEntry | Timesheet) -> bool:
    """Approvers of the facility where the work was done, and of the agency; nobody decides about their own hours."""
    if not person.may(Permission.TIMESHEET_APPROVE):
        return False
    return person.audience is Audience.AGENCY or person.facility_id == entry.facility_id


def check_may_decide(person: Person, entry: TimeEntry) -> None:
    """Raises NotPermitted with the reason. `entry.timesheet.coordinator` must be loaded."""
    if person.audience is Audience.FACILITY and person.facility_id != entry.facility_id:
        raise NotPermitted("Only the facility where the work was done approves its hours.")
    if not may_decide(person, entry):
        raise NotPermitted(
            "Only approvers of the facility where the work was done, or of the agency, decide about hours."
        )
    if entry.timesheet.coordinator.person_id == person.id:
        raise NotPermitted("Nobody approves their own hours. Ask a colleague.")
