"""Whether a credential holds for a shift: verified, in date for all of it, and in the right states."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.spans import Span, local_days


class CredentialState(StrEnum):
    """Where a credential stands with the agency. Expiring and expired are derived from its dates."""

    SUBMITTED = "submitted"
    VERIFIED = "verified"
    REJECTED = "rejected"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


LIFE = Lifecycle(
    "credential",
    {
        (CredentialState.SUBMITTED, "verify"): CredentialState.VERIFIED,
        (CredentialState.SUBMITTED, "reject"): CredentialState.REJECTED,
        (CredentialState.SUBMITTED, "supersede"): CredentialState.SUPERSEDED,
        (CredentialState.VERIFIED, "revoke"): CredentialState.REVOKED,
        (CredentialState.VERIFIED, "reopen"): CredentialState.SUBMITTED,
        (CredentialState.VERIFIED, "supersede"): CredentialState.SUPERSEDED,
        (CredentialState.REJECTED, "reopen"): CredentialState.SUBMITTED,
        (CredentialState.REJECTED, "supersede"): CredentialState.SUPERSEDED,
    },
)


def covers(issued_on: date | None, expires_on: date | None, span: Span, zone: ZoneInfo | str) -> bool:
    """Whether the dates hold for the whole span in the facility's zone. `expires_on` is the last valid day; None is open."""
    first, last = local_days(span, zone)
    return (issued_on is None or issued_on <= first) and (expires_on is None or last <= expires_on)


REMINDER_DAYS = (60, 30, 7)


def expiry_level(expires_on: date | None, today: date) -> int | None:
    """How near the end is: 60, 30 or 7 (days, the tightest reached), 0 when it has expired, None when there is time."""
    if expires_on is None:
        return None
    left = (expires_on - today).days
    if left < 0:
        return 0
    return min((days for days in REMINDER_DAYS if left <= days), default=None)


@dataclass(frozen=True)
class Licence:
    """A verified nursing licence: issuing state, whether it is multistate, first and last valid day."""

    state: str
    multistate: bool
    issued_on: date | None
    expires_on: date | None


def licence_covers_state(
    licences: Iterable[Licence],
    state: str,
    home_state: str | None,
    compact_members_on: Callable[[date], Collection[str]],
    span: Span,
    zone: ZoneInfo | str,
) -> Licence | None:
    """The licence under which a patient in `state` may be served during the whole span, or None.

    Either one of that very state, or a multistate one from the nurse's primary state of residence, when home and patient
    state are both compact members on every day of the span (Nurse Licensure Compact, article III). A multistate licence of
    a state one has moved away from carries no privilege.
    """
    valid = [licence for licence in licences if covers(licence.issued_on, licence.expires_on, span, zone)]
    for licence in valid:
        if licence.state == state:
            return licence
    both_members = all({state, home_state} <= set(compact_members_on(day)) for day in local_days(span, zone))
    if both_members:
        for licence in valid:
            if licence.multistate and licence.state == home_state:
                return licence
    return None
