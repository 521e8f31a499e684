"""Who may change what about a coordinator."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.kernel import NotPermitted


def may_manage(person: Person) -> bool:
    """The agency's owners and schedulers invite, pause, and keep what a coordinator does not say herself."""
    return person.may(Permission.COORDINATOR_MANAGE)


def may_hold(person: Person) -> bool:
    """Those who verify credentials, and the owners, adjudicate what a screening found."""
    return person.may(Permission.CREDENTIAL_VERIFY)


def check_may_hold(person: Person) -> None:
    """Raises NotPermitted with the reason."""
    if not may_hold(person):
        raise NotPermitted("Only the agency's compliance people and owners set or clear an exclusion hold.")
