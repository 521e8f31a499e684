"""Hours that are contested: approvals taken back, hours given back, changed or disputed."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from marketplace.accounts.models import Person
from marketplace.facilities.models import Facility
from marketplace.kernel import clock
from marketplace.timesheets.approvals import approve_changed, approve_entries, dispute, reject, undo_approvals
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.rules import EntryState


def second_thoughts(lines: Sequence[TimeEntry], owners: dict[int, Person]) -> None:
    """An approval of weeks ago was taken back a moment later, and given again: both stand on the invoice."""
    approved = [line for line in lines if line.state is EntryState.APPROVED and line.decided_at is not None]
    line = approved[len(approved) // 3]
    by, approved_at = owners[line.facility_id], line.decided_at
    assert approved_at is not None
    for act, minutes in ((undo_approvals, 4), (approve_entries, 31)):
        at = approved_at + timedelta(minutes=minutes)
        with clock.frozen_at(at):
            act([line.id], by, at)


def last_week(
    lines: Sequence[TimeEntry], harbor: tuple[Facility, Person], owners: dict[int, Person], now: datetime
) -> None:
    """Of the hours that wait since yesterday, one line is disputed at the facility that is shown; others are elsewhere."""
    facility, owner = harbor
    odd = [line for line in lines if line.facility_id == facility.id and line.exceptions]
    if odd:
        at = now - timedelta(hours=5)
        with clock.frozen_at(at):
            dispute(odd[0].id, "The badge reader says they left half an hour earlier.", owner, at)
    _contested([line for line in lines if line.facility_id != facility.id], owners, now - timedelta(hours=4))


def _contested(lines: Sequence[TimeEntry], owners: dict[int, Person], at: datetime) -> None:
    """Of the weeks that wait, one is given back, one approved with other minutes, and one disputed; all else in them is
    approved, so that each week is decided.
    """
    ways: tuple[Callable[[TimeEntry, Person], object], ...] = (
        lambda line, by: reject(line.id, "You left at three; our front desk saw you.", by, at),
        lambda line, by: approve_changed(
            line.id, max(line.paid_minutes - 15, 1), "Fifteen minutes were the lunch.", by, at
        ),
        lambda line, by: dispute(line.id, "The badge reader says you came an hour later.", by, at),
    )
    weeks = dict[int, list[TimeEntry]]()
    for line in lines:
        if line.state is EntryState.PENDING and line.submitted_at is not None and line.paid_minutes:
            weeks.setdefault(line.timesheet_id, []).append(line)
    with clock.frozen_at(at):
        for way, sheet in zip(ways, sorted(weeks.values(), key=lambda each: -len(each)), strict=False):
            *others, last = sheet
            by = owners[last.facility_id]
            if others:
                approve_entries([line.id for line in others], by, at)
            way(last, by)
