"""Whose turn it is with an agreement: who has to sign it, and what is still missing once it is in force."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import Invitation, Person
from marketplace.contracts.models import Agreement
from marketplace.contracts.policy import sees_all
from marketplace.contracts.queries import invitations_to_sign, signers_with_account
from marketplace.contracts.rules import LIFE
from marketplace.coordinators import readiness as coordinator_readiness
from marketplace.facilities import readiness as facility_readiness
from marketplace.kernel import NotYet


@dataclass(frozen=True)
class SignerProgress:
    """Who is asked for a signature; without anybody, the invitations to be sent again, or to be sent at all."""

    names: list[str]
    invitations: list[Invitation]


def signer_progress(agreement: Agreement) -> SignerProgress | None:
    """For the agency, while the agreement is sent; up to two statements."""
    if not LIFE.allows(agreement.state, "sign"):
        return None
    names = [person.name for person in signers_with_account(agreement)]
    return SignerProgress(names, [] if names else invitations_to_sign(agreement))


def next_step(agreement: Agreement, person: Person, at: datetime) -> NotYet | None:
    """What is still missing, on the page of an agreement in force with somebody who is getting started."""
    if not agreement.is_active:
        return None
    if agreement.facility is not None:
        return facility_readiness.why_not(agreement.facility, person, at)
    if agreement.coordinator is not None and not sees_all(person):
        return coordinator_readiness.why_not_active(agreement.coordinator, at)
    return None
