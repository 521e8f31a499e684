"""The sources of the agency's inbox about newcomers: whose agreement stands still, and who can be activated."""

from typing import Any

from sqlalchemy import Select, Text, cast, exists, func

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.permissions import Role
from marketplace.contracts.models import Agreement
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import Coordinator
from marketplace.facilities.models import Facility
from marketplace.inbox.entries import AT, entries_of, noon
from marketplace.onboarding.queries import agreement_put_in_force, coordinator_is_ready, facility_is_ready


def facilities_ready() -> Select[Any]:
    """Nothing is missing any more: somebody activates them."""
    in_force = agreement_put_in_force(Agreement.facility_id == Facility.id)
    since = func.coalesce(func.greatest(Facility.facts_confirmed_at, in_force), AT)
    return (
        entries_of(key=Facility.id, since=since, place=Facility.name).select_from(Facility).where(facility_is_ready())
    )


def coordinators_ready() -> Select[Any]:
    """Nothing is missing any more: somebody activates them."""
    in_force = agreement_put_in_force(Agreement.coordinator_id == Coordinator.id)
    since = func.coalesce(func.greatest(Coordinator.facts_confirmed_at, in_force), AT)
    return (
        entries_of(key=Coordinator.id, since=since, who=Person.name)
        .select_from(Coordinator)
        .outerjoin(Coordinator.person)
        .where(coordinator_is_ready(AT))
    )


def agreements_of(since: Any) -> Select[Any]:
    """The entry of an agreement; its `number` is the id of the other side, its `ends_at` stands for its first day."""
    return (
        entries_of(
            key=Agreement.id,
            since=since,
            who=Person.name,
            what=cast(Agreement.kind, Text),
            what_es=cast(Agreement.kind, Text),
            place=Facility.name,
            ends_at=noon(Agreement.effective_from),
            number=func.coalesce(Agreement.coordinator_id, Agreement.facility_id),
        )
        .select_from(Agreement)
        .outerjoin(Agreement.facility)
        .outerjoin(Agreement.coordinator)
        .outerjoin(Coordinator.person)
    )


def to_send() -> Select[Any]:
    """Drafted, and the other side knows nothing of it."""
    return agreements_of(Agreement.created_at).where(Agreement.state == AgreementState.DRAFT)


def to_activate() -> Select[Any]:
    """Signed by the other side, and not in force."""
    return agreements_of(Agreement.signed_at).where(Agreement.state == AgreementState.SIGNED)


def without_signer() -> Select[Any]:
    """Sent to a side where nobody has an account: no letter reached anybody, and nobody can sign."""
    has_signer = (
        exists()
        .where(
            Membership.active,
            ((Membership.organisation_id == Agreement.facility_id) & (Membership.role == Role.FACILITY_OWNER))
            | (Membership.coordinator_id == Agreement.coordinator_id),
        )
        .correlate(Agreement)
    )
    return agreements_of(Agreement.sent_at).where(Agreement.state == AgreementState.SENT, ~has_signer)
