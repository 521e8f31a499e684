"""Which people, memberships and invitations."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Invitation, Membership, Organisation, OrganisationKind, Person, SignInSession
from marketplace.accounts.permissions import Role
from marketplace.db import session


def person_by_email(email: str) -> Person | None:
    """The person with this address, active or not, with memberships and organisations."""
    return (
        session.scalars(
            select(Person)
            .where(Person.email == email)
            .options(joinedload(Person.memberships).joinedload(Membership.organisation))
        )
        .unique()
        .one_or_none()
    )


def person_by_id(person_id: int) -> Person:
    """A person who exists, with memberships and organisations."""
    return (
        session.scalars(
            select(Person)
            .where(Person.id == person_id)
            .options(joinedload(Person.memberships).joinedload(Membership.organisation))
        )
        .unique()
        .one()
    )


def agency() -> Organisation:
    """The one agency this site belongs to."""
    return session.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.AGENCY)).one()


def memberships_in(organisation_id: int) -> Select[Membership]:
    """The members of an organisation, active ones first; coordinators are not among them."""
    return (
        select(Membership)
        .join(Membership.person)
        .where(Membership.organisation_id == organisation_id, Membership.role != Role.COORDINATOR)
        .options(joinedload(Membership.person), joinedload(Membership.organisation))
        .order_by(Membership.active.desc(), Person.name, Membership.id)
    )


def open_invitations(organisation_id: int, at: datetime) -> Select[Invitation]:
    """Invitations that can still be accepted."""
    return (
        select(Invitation)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.role != Role.COORDINATOR,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > at,
        )
        .options(joinedload(Invitation.organisation))
        .order_by(Invitation.id.desc())
    )


def live_sessions(person_id: int) -> Select[SignInSession]:
    """The live sessions of a person, the latest first."""
    return (
        select(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
        .order_by(SignInSession.seen_at.desc())
    )


def owners_of(organisation_id: int) -> list[Person]:
    """The people who answer for an organisation."""
    return members_of(organisation_id, [Role.AGENCY_OWNER, Role.FACILITY_OWNER])


def members_of(organisation_id: int, roles: Collection[Role]) -> list[Person]:
    """The people who have one of these roles in an organisation and may sign in there now, by number."""
    found = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Membership.role.in_(roles))
        .where(Membership.active, Person.active)
        .order_by(Person.id)
    )
    return list(session.scalars(found))
