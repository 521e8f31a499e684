"""The acts every payment rail offers. We own invoices and totals; a gateway is a rail they travel on.

The manual rail is the only one, and nobody calls a gateway yet. Whoever does calls it from a job with no database transaction
open, with an `Instruction` that was stored before with its key and parameters frozen: asking again with the same key has no
second effect. A lost answer is never taken for a failure: it is `Result.UNKNOWN`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class MovementKind(StrEnum):
    """The kinds of instruction."""

    PUSH_INVOICE = "push_invoice"
    COLLECT = "collect"
    REFUND = "refund"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class Instruction:
    """One movement, frozen before it is first tried. `ours` is our own reference (`payout:7`), which the rail keeps too.

    `party` is the rail's name for the facility or coordinator, empty on a rail that has none.
    """

    kind: MovementKind
    key: str
    ours: str
    amount_cents: int
    party: str = ""
    parameters: Mapping[str, str | int] = field(default_factory=dict)


class Result(StrEnum):
    """The outcome of a call."""

    DONE = "done"
    PENDING = "pending"
    """Accepted, not settled: a bank debit takes days and may still fail."""
    BY_HAND = "by_hand"
    """This rail does nothing by itself: a person does it and records the bank's reference."""
    DECLINED = "declined"
    UNKNOWN = "unknown"
    """No answer, or one that says nothing: ask again with the same key."""
    REVIEW = "review"
    """The rail refused the request itself: a person has to look."""


@dataclass(frozen=True)
class GatewayOutcome:
    """`reference` is the rail's name for what happened; `reason` a sentence for people when it did not."""

    result: Result
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Movement:
    """One line of the rail's own account, for reconciling: what it says happened to the money it holds for us."""

    reference: str
    ours: str
    gross_cents: int
    fee_cents: int
    happened_at: datetime


class Gateway(Protocol):
    """A rail."""

    name: str
    pays_online: bool
    """Whether a facility can pay an issued invoice on this rail by itself."""

    def carry_out(self, instruction: Instruction) -> GatewayOutcome:
        """Do what the instruction says, at most once for its key."""
        ...

    def look_up(self, instruction: Instruction) -> GatewayOutcome | None:
        """The outcome of an instruction whose key has expired, found by our reference; None when nothing did."""
        ...

    def may_be_paid(self, party: str) -> bool:
        """Whether the rail would take a transfer to this coordinator now."""
        ...

    def movements(self, since: str) -> Iterator[Movement]:
        """Every line of the rail's account after the one with reference `since` (empty: from the beginning)."""
        ...
