"""The life of an agreement, and the days on which it holds."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from marketplace.kernel import Lifecycle, Span, local_days


class AgreementState(StrEnum):
    """Where an agreement stands. An amendment is a new agreement that supersedes the old one."""

    DRAFT = "draft"
    SENT = "sent"
    SIGNED = "signed"
    ACTIVE = "active"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    SUPERSEDED = "superseded"


LIFE = Lifecycle(
    "agreement",
    {
        (AgreementState.DRAFT, "send"): AgreementState.SENT,
        (AgreementState.SENT, "withdraw"): AgreementState.DRAFT,
        (AgreementState.SENT, "sign"): AgreementState.SIGNED,
        (AgreementState.SIGNED, "activate"): AgreementState.ACTIVE,
        (AgreementState.SIGNED, "terminate"): AgreementState.TERMINATED,
        (AgreementState.ACTIVE, "expire"): AgreementState.EXPIRED,
        (AgreementState.ACTIVE, "terminate"): AgreementState.TERMINATED,
        (AgreementState.ACTIVE, "supersede"): AgreementState.SUPERSEDED,
    },
)


CONTRACT_ENDS_SOON = timedelta(days=30)
"""An active agreement that ends within this time and has no successor stands in the agency's inbox."""


def holds_on(first: date, last: date | None, day: date) -> bool:
    """Whether the day lies between the first and the last one, both included; None is open-ended."""
    return first <= day and (last is None or day <= last)


class AgreementTerm(Protocol):
    """What decides whether an agreement holds: its state and its first and last day (None: open-ended)."""

    @property
    def state(self) -> AgreementState: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_until(self) -> date | None: ...


def in_force(agreement: AgreementTerm, span: Span, zone: ZoneInfo | str) -> bool:
    """Whether the agreement is active and covers every local day the span touches, in the facility's zone."""
    return agreement.state is AgreementState.ACTIVE and all(
        holds_on(agreement.effective_from, agreement.effective_until, day) for day in local_days(span, zone)
    )
