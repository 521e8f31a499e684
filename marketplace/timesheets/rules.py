"""How far a week of hours has come, and who has to act by when. What a week of hours earns is in `overtime`."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from marketplace.kernel import Lifecycle


class TimesheetState(StrEnum):
    """Where a coordinator's week at one facility stands. Billed and paid are derived from invoice and pay lines."""

    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    APPROVED_WITH_CHANGES = "approved_with_changes"
    REJECTED = "rejected"
    DISPUTED = "disputed"


LIFE = Lifecycle(
    "timesheet",
    {
        (TimesheetState.OPEN, "submit"): TimesheetState.SUBMITTED,
        (TimesheetState.SUBMITTED, "recall"): TimesheetState.OPEN,
        (TimesheetState.SUBMITTED, "approve"): TimesheetState.APPROVED,
        (TimesheetState.SUBMITTED, "approve_with_changes"): TimesheetState.APPROVED_WITH_CHANGES,
        (TimesheetState.SUBMITTED, "reject"): TimesheetState.REJECTED,
        (TimesheetState.SUBMITTED, "dispute"): TimesheetState.DISPUTED,
        (TimesheetState.REJECTED, "reopen"): TimesheetState.OPEN,
        (TimesheetState.DISPUTED, "approve"): TimesheetState.APPROVED,
        (TimesheetState.DISPUTED, "approve_with_changes"): TimesheetState.APPROVED_WITH_CHANGES,
        (TimesheetState.DISPUTED, "reject"): TimesheetState.REJECTED,
        # An approval taken back within its minutes, a dispute withdrawn: there is something to decide again.
        (TimesheetState.APPROVED, "undo"): TimesheetState.SUBMITTED,
        (TimesheetState.APPROVED_WITH_CHANGES, "undo"): TimesheetState.SUBMITTED,
        (TimesheetState.DISPUTED, "undo"): TimesheetState.SUBMITTED,
        (TimesheetState.REJECTED, "undo"): TimesheetState.SUBMITTED,
        # A shift worked after the week was decided: its entry is new, the others stay as they are.
        (TimesheetState.APPROVED, "reopen"): TimesheetState.OPEN,
        (TimesheetState.APPROVED_WITH_CHANGES, "reopen"): TimesheetState.OPEN,
        (TimesheetState.DISPUTED, "reopen"): TimesheetState.OPEN,
    },
)

EDITABLE = frozenset({TimesheetState.OPEN, TimesheetState.REJECTED})
"""In these the coordinator may still correct their hours."""


class EntryState(StrEnum):
    """Where one shift's hours stand within the week: a disputed entry never holds up the others."""

    PENDING = "pending"
    APPROVED = "approved"
    DISPUTED = "disputed"
    REJECTED = "rejected"


ENTRY_LIFE = Lifecycle(
    "line of hours",
    {
        (EntryState.PENDING, "approve"): EntryState.APPROVED,
        (EntryState.PENDING, "dispute"): EntryState.DISPUTED,
        (EntryState.PENDING, "reject"): EntryState.REJECTED,
        (EntryState.DISPUTED, "withdraw"): EntryState.PENDING,
        (EntryState.DISPUTED, "approve"): EntryState.APPROVED,
        (EntryState.DISPUTED, "reject"): EntryState.REJECTED,
        (EntryState.REJECTED, "correct"): EntryState.PENDING,
        (EntryState.APPROVED, "undo"): EntryState.PENDING,
    },
)


def decision(entries: Iterable[tuple[EntryState, bool]]) -> str | None:
    """Which act a week that was handed in has come to, by its entries (state, whether its minutes were changed).

    One entry that waits keeps the week waiting (None); after that a rejected entry weighs more than a disputed one.
    """
    entries = list(entries)
    states = {state for state, _ in entries}
    if EntryState.PENDING in states or not entries:
        return None
    if EntryState.REJECTED in states:
        return "reject"
    if EntryState.DISPUTED in states:
        return "dispute"
    return "approve_with_changes" if any(changed for _, changed in entries) else "approve"


DECIDED = {
    "approve": TimesheetState.APPROVED,
    "approve_with_changes": TimesheetState.APPROVED_WITH_CHANGES,
    "reject": TimesheetState.REJECTED,
    "dispute": TimesheetState.DISPUTED,
    None: TimesheetState.SUBMITTED,
}


SUBMIT_WITHIN = timedelta(hours=24)
"""A week is late, and stands in the agency's inbox, when it was not handed in within this time after its end."""

UNDO_APPROVAL = timedelta(minutes=10)
"""Within these an approval is taken back as if it had not been."""

APPROVAL_WINDOW = timedelta(hours=72)
"""After so long without a word, hours without exceptions approve themselves. A reminder goes out at half of it."""


class PunchKind(StrEnum):
    """The four buttons of the clock."""

    IN = "in"
    OUT = "out"
    BREAK_START = "break_start"
    BREAK_END = "break_end"


class ExceptionCode(StrEnum):
    """Why an entry wants a person's eye."""

    LATE = "late"
    OVER_PLAN = "over_plan"
    UNDER_PLAN = "under_plan"
    MISSING_PUNCH = "missing_punch"
    LONG_BREAK = "long_break"
    MANUAL_ENTRY = "manual_entry"
