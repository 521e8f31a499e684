"""How a pay run and each payout in it live, from money set aside to money received."""

from enum import StrEnum

from marketplace.kernel.lifecycle import Lifecycle


class PayRunState(StrEnum):
    """Where a pay run stands: looked at, approved by a second look, on its way, done."""

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
    """Where one coordinator's money stands. Released means it is payable again."""

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

# One word each, everywhere, and the colour it is shown in.
PAYOUT_WORDS: dict[PayoutState, tuple[str, str]] = {
    PayoutState.RESERVED: ("Set aside", "warn"),
    PayoutState.APPROVED: ("To be sent", "warn"),
    PayoutState.SENT: ("Sent", "info"),
    PayoutState.PAID: ("Paid", "ok"),
    PayoutState.FAILED: ("Failed", "bad"),
    PayoutState.RELEASED: ("Not paid", "plain"),
    PayoutState.REVERSED: ("Reversed", "plain"),
}

PAY_RUN_WORDS: dict[PayRunState, tuple[str, str]] = {
    PayRunState.DRAFT: ("Draft", "plain"),
    PayRunState.APPROVED: ("To be sent", "warn"),
    PayRunState.SENT: ("Sent", "info"),
    PayRunState.COMPLETED: ("Paid", "ok"),
    PayRunState.DISCARDED: ("Discarded", "plain"),
}

QUEUED = frozenset({PayoutState.RESERVED, PayoutState.APPROVED})
"""Set aside, and still with us."""

ENDED = frozenset({PayoutState.RELEASED, PayoutState.REVERSED})
"""Came to nothing: its time is payable again."""
