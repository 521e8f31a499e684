"""Permissions to see credentials and to decide about them."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.credentials.models import Credential
from marketplace.kernel import NotPermitted


def may_decide(person: Person, credential: Credential) -> bool:
    """Compliance and the owner of the agency, but nobody about their own papers."""
    return person.may(Permission.CREDENTIAL_VERIFY) and credential.coordinator.person_id != person.id


def check_may_decide(person: Person, credential: Credential) -> None:
    """Raises NotPermitted with the reason."""
    if not person.may(Permission.CREDENTIAL_VERIFY):
        raise NotPermitted("Only the agency's compliance team and its owner decide about credentials.")
    if credential.coordinator.person_id == person.id:
        raise NotPermitted("This is your own credential. Somebody else has to decide about it.")
