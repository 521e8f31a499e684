"""Permissions to change a facility."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.db import Audience
from marketplace.facilities.models import Facility
from marketplace.kernel import NotPermitted


def may_change(person: Person, facility: Facility) -> bool:
    """Its owner, and the agency's owners and schedulers."""
    if person.audience is Audience.AGENCY:
        return person.may(Permission.FACILITY_MANAGE)
    return person.facility_id == facility.id and person.may(Permission.FACILITY_SETTINGS)


def check_may_change(person: Person, facility: Facility) -> None:
    """Raises NotPermitted with the reason."""
    if not may_change(person, facility):
        raise NotPermitted("Only the facility's owner, and the agency's owners and schedulers, change this.")


def may_prefer(person: Person, facility_id: int) -> bool:
    """Those who choose coordinators for the facility keep its favorites and do-not-returns."""
    return person.facility_id == facility_id and person.may(Permission.OFFER_SEND)


def check_may_prefer(person: Person, facility_id: int) -> None:
    """Raises NotPermitted with the reason."""
    if not may_prefer(person, facility_id):
        raise NotPermitted("Only the facility's owner and schedulers keep its favorites and do-not-returns.")
