"""Permission to plan: the agency's owner and schedulers have it, nobody else."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.db import Audience
from marketplace.kernel import NotPermitted


def may_plan(person: Person) -> bool:
    """Plans go over all facilities and everybody's time."""
    return person.audience is Audience.AGENCY and person.may(Permission.MATCH_PLAN)


def check_may_plan(person: Person) -> None:
    """Raises NotPermitted."""
    if not may_plan(person):
        raise NotPermitted("Only the agency's owner and schedulers make matching plans.")
