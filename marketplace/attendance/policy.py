"""Permission to press the clock."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment
from marketplace.kernel import NotPermitted


def check_may_clock(person: Person, assignment: Assignment) -> None:
    """Only the coordinator of the shift presses its clock. Raises NotPermitted."""
    if person.coordinator_id != assignment.coordinator_id or not person.may(Permission.CLOCK):
        raise NotPermitted("Only the coordinator who works this shift uses its clock.")
