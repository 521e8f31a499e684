"""Changing what a member may do, or ending a membership. An organisation always keeps an owner who can sign in."""

from sqlalchemy import select

from marketplace.accounts.audit_hook import record
from marketplace.accounts.authentication.session_registry import end_sessions
from marketplace.accounts.models import Membership, Organisation, Person
from marketplace.accounts.permissions import Role
from marketplace.accounts.policy import check_may_grant, may_manage_members
from marketplace.accounts.queries import owners_of
from marketplace.accounts.texts import ROLE_NAMES
from marketplace.db import session
from marketplace.kernel import NotAllowedNow, NotPermitted, Phrase


def change_role(membership: Membership, role: Role, by: Person) -> None:
    """Give a member another role of the same organisation; whatever is open in their browsers ends.

    Raises NotPermitted, or NotAllowedNow when the last owner would be gone.
    """
    check_may_grant(by, role, membership.organisation)
    check_may_grant(by, membership.role, membership.organisation)
    if membership.role is role:
        return
    _lock(membership.organisation_id)
    session.refresh(membership, ["role", "active"])
    before, membership.role = membership.role, role
    session.flush()
    _check_owner_left(membership.organisation)
    end_sessions(membership.person_id, membership_id=membership.id)
    record(
        "changed role",
        membership,
        Phrase(
            "%(name)s is now %(role)s of %(organisation)s, no longer %(before)s.",
            name=membership.person.name,
            role=Phrase(ROLE_NAMES[role]),
            organisation=membership.organisation.name,
            before=Phrase(ROLE_NAMES[before]),
        ),
        by,
    )


def deactivate(membership: Membership, by: Person) -> None:
    """End a membership: the person is signed out of it at once and may come back only when invited or reactivated."""
    _check_may_manage(membership, by)
    _lock(membership.organisation_id)
    session.refresh(membership, ["role", "active"])
    membership.active = False
    session.flush()
    _check_owner_left(membership.organisation)
    end_sessions(membership.person_id, membership_id=membership.id)
    record(
        "deactivated",
        membership,
        Phrase(
            "%(name)s no longer belongs to %(organisation)s.",
            name=membership.person.name,
            organisation=membership.organisation.name,
        ),
        by,
    )


def reactivate(membership: Membership, by: Person) -> None:
    """Take somebody back who belonged here before, with the role they had."""
    _check_may_manage(membership, by)
    check_may_grant(by, membership.role, membership.organisation)
    membership.active = True
    record(
        "reactivated",
        membership,
        Phrase(
            "%(name)s belongs to %(organisation)s again.",
            name=membership.person.name,
            organisation=membership.organisation.name,
        ),
        by,
    )


def _check_may_manage(membership: Membership, by: Person) -> None:
    if not may_manage_members(by, membership.organisation):
        raise NotPermitted(
            "Only an owner of %(organisation)s may change who belongs to it.", organisation=membership.organisation.name
        )


def _lock(organisation_id: int) -> None:
    """One change of members at a time: two owners who remove each other at once would leave nobody."""
    session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())


def _check_owner_left(organisation: Organisation) -> None:
    if not owners_of(organisation.id):
        raise NotAllowedNow(
            "%(organisation)s would have no owner left. Make somebody else an owner first.",
            organisation=organisation.name,
        )
