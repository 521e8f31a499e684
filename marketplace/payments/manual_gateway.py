"""The rail that always works: people pay by check, ACH or wire and record it; payouts leave as a file for the bank."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from marketplace.kernel import csv_text, plain_dollars
from marketplace.payments.gateway import GatewayOutcome, Instruction, Movement, Result


@dataclass(frozen=True)
class BatchLine:
    """One payment in the bank's batch file."""

    ours: str
    name: str
    email: str
    amount_cents: int
    memo: str


BATCH_HEAD = ("reference", "name", "email", "amount_usd", "memo")


class ManualGateway:
    """Does nothing by itself and says so."""

    name = "manual"
    pays_online = False

    def carry_out(self, instruction: Instruction) -> GatewayOutcome:
        return GatewayOutcome(
            Result.BY_HAND, reason=f"Make this payment at the bank and record its reference ({instruction.ours})."
        )

    def look_up(self, instruction: Instruction) -> GatewayOutcome | None:
        return None

    def may_be_paid(self, party: str) -> bool:
        return True

    def movements(self, since: str) -> Iterator[Movement]:
        return iter(())


def bank_batch(lines: Iterable[BatchLine]) -> str:
    """The batch file for the bank as CSV: our reference, who, how much, and what for."""
    return csv_text(
        BATCH_HEAD, ((line.ours, line.name, line.email, plain_dollars(line.amount_cents), line.memo) for line in lines)
    )
