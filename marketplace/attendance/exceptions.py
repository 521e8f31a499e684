"""What someone should look at before hours are approved: where they are unlike the plan."""

from datetime import timedelta
from typing import NamedTuple

from marketplace.attendance.worked_time import WorkedTime
from marketplace.kernel import Span
from marketplace.timesheets.rules import ExceptionCode

LATE_MINUTES = 5
OFF_PLAN_MINUTES = 15
LONG_BREAK_MINUTES = 60


class Remark(NamedTuple):
    """One exception, and by how many minutes where it is about minutes. `exception_words` says it to people."""

    code: ExceptionCode
    minutes: int = 0

    @property
    def kept(self) -> str:
        """How it stands with the entry: `over_plan:48`, `manual_entry`."""
        return f"{self.code.value}:{self.minutes}" if self.minutes else self.code.value


def exceptions(planned: Span, work: WorkedTime, manual: bool = False) -> list[Remark]:
    """What is unusual about these hours against the plan; an empty list is a clean entry.

    Presence, not paid time, is held against the plan, so that taking one's lunch is not an exception.
    """
    found: list[Remark] = []
    if work.problems:
        found.append(Remark(ExceptionCode.MISSING_PUNCH))
    if work.presence is not None:
        late = (work.presence.start - planned.start) // timedelta(minutes=1)
        if late > LATE_MINUTES:
            found.append(Remark(ExceptionCode.LATE, late))
        over = work.total_minutes - planned.minutes
        if over > OFF_PLAN_MINUTES:
            found.append(Remark(ExceptionCode.OVER_PLAN, over))
        if -over > OFF_PLAN_MINUTES:
            found.append(Remark(ExceptionCode.UNDER_PLAN, -over))
    longest = max((pause.minutes for pause in work.breaks), default=0)
    if longest > LONG_BREAK_MINUTES:
        found.append(Remark(ExceptionCode.LONG_BREAK, longest))
    if manual:
        found.append(Remark(ExceptionCode.MANUAL_ENTRY))
    return found
