"""Entries as tables show them: what each is worth to the reader, and what they may do with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.accounts.models import Person
from marketplace.db import Audience
from marketplace.timesheets.hours_calculation import planned_segments
from marketplace.timesheets.models import TimeEntry, Timesheet
from marketplace.timesheets.policy import may_decide
from marketplace.timesheets.rules import EntryState, TimesheetState


@dataclass(frozen=True)
class EntryRow:
    """An entry as the table shows it: what it is worth to the reader, and what they may do with it."""

    entry: TimeEntry
    cents: int
    may_decide: bool
    undo_until: datetime | None

    @property
    def state(self) -> str:
        """The one word of its state."""
        if self.entry.state is EntryState.PENDING:
            return "to_approve" if self.entry.waits else "not_sent"
        return self.entry.state.value


def rows_of(entries: Sequence[TimeEntry], person: Person, at: datetime) -> list[EntryRow]:
    """A facility and the agency see what is billed, coordinators what they are paid."""
    own = person.audience is Audience.COORDINATOR
    undecided = [entry for entry in entries if entry.state is not EntryState.APPROVED]
    planned = planned_segments(undecided)

    def worth(entry: TimeEntry) -> int:
        counted: Sequence[Any] = [each.segment for each in planned[entry.id]] if entry.id in planned else entry.segments
        return sum(segment.pay_cents if own else segment.bill_cents for segment in counted)

    return [
        EntryRow(
            entry, worth(entry), may_decide(person, entry), entry.undo_until(at) if may_decide(person, entry) else None
        )
        for entry in entries
    ]


def week_word(sheet: Timesheet) -> str:
    """A week in the words of its coordinator."""
    return "not_sent" if sheet.state is TimesheetState.OPEN else sheet.state.value
