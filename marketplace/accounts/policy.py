"""Permission to make somebody a member of an organisation. Nobody gives a role above their own."""

from marketplace.accounts.models import Organisation, OrganisationKind, Person
from marketplace.accounts.permissions import MAY, Permission, Role
from marketplace.db import Audience
from marketplace.kernel import NotPermitted


def roles_of(organisation: Organisation) -> tuple[Role, ...]:
    """The roles there are in such an organisation, apart from coordinators, who are invited one by one."""
    audience = Audience.AGENCY if organisation.kind is OrganisationKind.AGENCY else Audience.FACILITY
    return tuple(role for role in Role if role.audience is audience)


def least_role(organisation: Organisation) -> Role:
    """The role there that may do the least: a wrong guess then gives away nothing."""
    return min(reversed(roles_of(organisation)), key=lambda role: len(MAY[role]))


def check_may_grant(by: Person, role: Role, organisation: Organisation) -> None:
    """Raises NotPermitted unless `by` may give somebody `role` in `organisation`.

    Owners give the roles of their own organisation; the agency's schedulers and owners bring in facilities' people and
    coordinators; nobody else gives anything.
    """
    if role is Role.COORDINATOR:
        allowed = organisation.kind is OrganisationKind.AGENCY and by.may(Permission.COORDINATOR_MANAGE)
    elif role not in roles_of(organisation):
        raise NotPermitted("There is no such role in %(organisation)s.", organisation=organisation.name)
    else:
        allowed = may_manage_members(by, organisation)
    if not allowed:
        raise NotPermitted(
            "Only an owner of %(organisation)s may give this role there.", organisation=organisation.name
        )


def may_manage_members(by: Person, organisation: Organisation) -> bool:
    """Owners manage their own people; the agency also those of facilities."""
    if by.acting is None:
        return False
    if by.may(Permission.MEMBER_MANAGE) and by.acting.organisation_id == organisation.id:
        return True
    return organisation.kind is OrganisationKind.FACILITY and by.may(Permission.FACILITY_MANAGE)
