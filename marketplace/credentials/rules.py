"""Whether a credential holds for a shift: verified, in date for all of it, and in the right states."""

import calendar
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from marketplace.kernel import US_STATES, Invalid, Lifecycle, clean_text


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
        (CredentialState.REVOKED, "reinstate"): CredentialState.VERIFIED,
        (CredentialState.SUPERSEDED, "restore"): CredentialState.VERIFIED,
    },
)

TIME_TO_UNDO = timedelta(minutes=10)
"""How long a decision may be taken back; the coordinator gets the letter only after that."""


REMINDER_DAYS = (60, 30, 7)
"""The coordinator is reminded so many days before a credential expires."""

CREDENTIAL_ENDS_SOON = timedelta(days=30)
"""A credential that expires within this time stands in the agency's inbox, and one that expired since then."""


def expiry_level(expires_on: date | None, today: date) -> int | None:
    """How near the end is: 60, 30 or 7 (days, the tightest reached), 0 when it has expired, None when there is time."""
    if expires_on is None:
        return None
    left = (expires_on - today).days
    if left < 0:
        return 0
    return min((days for days in REMINDER_DAYS if left <= days), default=None)


class CredentialStatus(StrEnum):
    """The one word people read: the state, with what the dates say of a verified one."""

    WAITING = "waiting"
    VERIFIED = "verified"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REJECTED = "rejected"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


def status(state: CredentialState, expires_on: date | None, today: date) -> CredentialStatus:
    """Where a credential stands on that day; expiring begins 60 days before the last valid day."""
    if state is CredentialState.SUBMITTED:
        return CredentialStatus.WAITING
    if state is not CredentialState.VERIFIED:
        return CredentialStatus(state.value)
    level = expiry_level(expires_on, today)
    if level is None:
        return CredentialStatus.VERIFIED
    return CredentialStatus.EXPIRED if level == 0 else CredentialStatus.EXPIRING


# ---- what is written down of a paper ----------------------------------------------------------------------------

LONGEST_NUMBER = 80
EARLIEST = date(1950, 1, 1)


@dataclass(frozen=True)
class CredentialKind:
    """What the catalogue says of a type: name, whether one state issues it, for how many months, whether it has a number."""

    code: str
    name: str
    per_state: bool
    renewal_months: int | None
    numbered: bool
    name_es: str


@dataclass(frozen=True)
class CredentialDraft:
    """What stands on a credential. `region` is the issuing state's two letters; `expires_on` the last valid day."""

    kind: CredentialKind
    number: str = ""
    region: str = ""
    multistate: bool = False
    issued_on: date | None = None
    expires_on: date | None = None


def checked(paper: CredentialDraft, today: date, compact_members: Collection[str]) -> CredentialDraft:
    """The paper, cleaned, with its last day filled in from its type where only the first is written; raises Invalid.

    Today's dates matter: what has expired is no use, what is issued tomorrow cannot be held in the hand.
    """
    kind, region = paper.kind, paper.region.strip().upper()
    number = clean_text(paper.number, LONGEST_NUMBER, "number")
    if kind.numbered and not number:
        raise Invalid("Write the number that stands on it.", "number")
    if kind.per_state and region not in US_STATES:
        raise Invalid("Choose the state that issued the license.", "region")
    if not kind.per_state and (region or paper.multistate):
        raise Invalid("Only a license belongs to a state. Leave the state empty for this type.", "region")
    if paper.multistate and region not in compact_members:
        raise Invalid(
            "%(state)s is not in the Nurse Licensure Compact, so its license holds in %(state)s alone. Take off the tick.",
            "multistate",
            state=region,
        )
    issued, expires = paper.issued_on, paper.expires_on
    if issued and not EARLIEST <= issued <= today:
        raise Invalid("It cannot be issued after today. Look at the year.", "issued_on")
    if expires is None and kind.renewal_months is not None:
        if issued is None:
            raise Invalid("Write the date it was issued or the last day it is valid.", "expires_on")
        expires = last_day(issued, kind.renewal_months)
    if expires and expires < today:
        raise Invalid("It expired on %(day)s. Upload the renewed one.", "expires_on", day=expires)
    if issued and expires and expires < issued:
        raise Invalid("It cannot expire before it was issued.", "expires_on")
    return replace(paper, number=number, region=region, expires_on=expires)


def last_day(issued_on: date, months: int) -> date:
    """The last valid day of what is issued for so many months: the day before the same day, or before the month's end."""
    year, month = divmod(issued_on.year * 12 + issued_on.month - 1 + months, 12)
    day = min(issued_on.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day) - timedelta(days=1)


def replaces(new: CredentialDraft, old: CredentialDraft, today: date) -> bool:
    """Whether verifying `new` makes `old` one of the past: the same kind and state, valid now and for at least as long.

    Types that are renewed have one paper at a time; of the others (references, schools) only the same number is the same
    paper. What begins later leaves the old one alone, so that no day in between is lost.
    """
    if (new.kind.code, new.region) != (old.kind.code, old.region):
        return False
    if new.kind.renewal_months is None and new.number != old.number:
        return False
    if new.multistate < old.multistate or (new.issued_on is not None and new.issued_on > today):
        return False
    return new.expires_on is None or (old.expires_on is not None and old.expires_on <= new.expires_on)
