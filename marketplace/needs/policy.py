"""Permissions to post and change needs."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.db import Audience
from marketplace.kernel import NotAllowedNow, NotPermitted, state_words
from marketplace.needs.models import Need
from marketplace.needs.rules import NeedState

CHANGEABLE = frozenset({NeedState.OPEN, NeedState.ON_HOLD, NeedState.PENDING_APPROVAL})


def may_change(person: Person, need: Need) -> bool:
    """The facility's own schedulers and owner, and the agency's."""
    own = person.audience is Audience.AGENCY or person.facility_id == need.facility_id
    return own and person.may(Permission.NEED_POST)


def check_may_change(person: Person, need: Need) -> None:
    """Raises NotPermitted with the reason."""
    if not may_change(person, need):
        raise NotPermitted("Only the facility's owner and schedulers, and the agency's, change a need.")


def check_still_changeable(need: Need) -> None:
    """Raises NotAllowedNow for a need that is over."""
    if need.state not in CHANGEABLE:
        raise NotAllowedNow("A need %(state)s cannot be changed. Post a new one.", state=state_words(need.state))
