"""Permissions to change a coordinator."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.rules import LIFE
from marketplace.kernel import NotPermitted


def may_manage(person: Person) -> bool:
    """The agency's owners and schedulers invite, pause, and keep what coordinators do not say themselves."""
    return person.may(Permission.COORDINATOR_MANAGE)


def acts_of(person: Person, coordinator: Coordinator) -> tuple[str, ...]:
    """The acts of the life of a coordinator that this person may do now."""
    return tuple(LIFE.acts(coordinator.state)) if may_manage(person) else ()


def may_hold(person: Person) -> bool:
    """People who verify credentials, and the owners, adjudicate the hits of a screening."""
    return person.may(Permission.CREDENTIAL_VERIFY)


def check_may_hold(person: Person) -> None:
    """Raises NotPermitted with the reason."""
    if not may_hold(person):
        raise NotPermitted("Only the agency's compliance people and owners set or clear an exclusion hold.")
