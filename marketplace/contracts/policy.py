"""Permissions to write agreements, to sign them, and to read pay rates."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.contracts.models import Agreement
from marketplace.contracts.rules import LIFE
from marketplace.db import Audience
from marketplace.kernel import NotPermitted


def sees_all(person: Person) -> bool:
    """The agency reads every agreement, with its drafts, what is paid and what is wrong with it."""
    return person.audience is Audience.AGENCY


def may_manage(person: Person) -> bool:
    """Those of the agency who write agreements."""
    return person.may(Permission.CONTRACT_MANAGE)


def may_see_pay(person: Person, agreement: Agreement) -> bool:
    """The agency always; the facility where its contract says so."""
    return sees_all(person) or agreement.transparent


def may_sign(person: Person, agreement: Agreement) -> bool:
    """The owner of that facility, or that coordinator, while it waits for a signature."""
    if not person.may(Permission.CONTRACT_SIGN) or not LIFE.allows(agreement.state, "sign"):
        return False
    if agreement.facility_id is not None:
        return person.facility_id == agreement.facility_id
    return person.coordinator_id == agreement.coordinator_id


def check_may_sign(person: Person, agreement: Agreement) -> None:
    """Raises NotPermitted, or NotAllowedNow when it does not wait for a signature."""
    own = (
        person.facility_id == agreement.facility_id
        if agreement.facility_id is not None
        else person.coordinator_id == agreement.coordinator_id
    )
    if not own or not person.may(Permission.CONTRACT_SIGN):
        raise NotPermitted("Only an owner of the facility, or the coordinator it is made with, can sign this.")
    LIFE.after(agreement.state, "sign")
