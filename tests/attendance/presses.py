"""Rows of punches, for tests of what they come to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from marketplace.timesheets.rules import PunchKind

EIGHT = datetime(2026, 12, 1, 8, tzinfo=UTC)
IN, OUT, PAUSE, RESUME = PunchKind.IN, PunchKind.OUT, PunchKind.BREAK_START, PunchKind.BREAK_END


@dataclass(frozen=True)
class Press:
    kind: PunchKind
    at: datetime


def presses(*row: tuple[PunchKind, float]) -> list[Press]:
    """Punches at so many minutes after eight."""
    return [Press(kind, EIGHT + timedelta(minutes=minutes)) for kind, minutes in row]
