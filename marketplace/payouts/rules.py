"""The lives of a pay run and of each payout in it, from money set aside to money received."""

from enum import StrEnum

from marketplace.kernel import Lifecycle


class PayRunState(StrEnum):
    """The states of a pay run: looked at, approved by a second look, on its way, done."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    COMPLETED = "completed"
    DISCARDED = "discarded"


PAY_RUN_LIFE = Lifecycle(
    "pay run",
    {
        (PayRunState.DRAFT, "approve"): PayRunState.APPROVED,
        (PayRunState.DRAFT, "discard"): PayRunState.DISCARDED,
        (PayRunState.APPROVED, "send"): PayRunState.SENT,
        (PayRunState.APPROVED, "discard"): PayRunState.DISCARDED,
        (PayRunState.SENT, "complete"): PayRunState.COMPLETED,
    },
)


class PayoutState(StrEnum):
    """The states of a payout. Released means it is payable again."""

    RESERVED = "reserved"
    APPROVED = "approved"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    RELEASED = "released"
    REVERSED = "reversed"


LIFE = Lifecycle(
    "payout",
    {
        (PayoutState.RESERVED, "approve"): PayoutState.APPROVED,
        (PayoutState.RESERVED, "release"): PayoutState.RELEASED,
        (PayoutState.APPROVED, "send"): PayoutState.SENT,
        (PayoutState.APPROVED, "release"): PayoutState.RELEASED,
        (PayoutState.SENT, "pay"): PayoutState.PAID,
        (PayoutState.SENT, "fail"): PayoutState.FAILED,
        (PayoutState.FAILED, "release"): PayoutState.RELEASED,
        (PayoutState.PAID, "reverse"): PayoutState.REVERSED,
    },
)

QUEUED = frozenset({PayoutState.RESERVED, PayoutState.APPROVED})
"""Set aside, and still with us."""

ENDED = frozenset({PayoutState.RELEASED, PayoutState.REVERSED})
"""Came to nothing: its time is payable again."""
