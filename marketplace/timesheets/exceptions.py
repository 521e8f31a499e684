"""What someone should look at before hours are approved: where they are unlike the plan."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from marketplace.kernel import Span
from marketplace.timesheets.worked_time import Problem, WorkedTime


class ExceptionCode(StrEnum):
    """Why a line of hours wants a person's eye."""

    LATE = "late"
    OVER_PLAN = "over_plan"
    UNDER_PLAN = "under_plan"
    MISSING_PUNCH = "missing_punch"
    LONG_BREAK = "long_break"
    MANUAL_ENTRY = "manual_entry"


LATE_MINUTES = 5
OFF_PLAN_MINUTES = 15
LONG_BREAK_MINUTES = 60


class Remark(NamedTuple):
    """One exception with the sentence that tells what happened, and by how many minutes where it is about minutes."""

    code: ExceptionCode
    sentence: str
    minutes: int = 0

    @property
    def kept(self) -> str:
        """How it stands with the line of hours: `over_plan:48`, `manual_entry`."""
        return f"{self.code.value}:{self.minutes}" if self.minutes else self.code.value


def exceptions(planned: Span, work: WorkedTime, manual: bool = False) -> list[Remark]:
    """What is unusual about these hours against the plan; an empty list is a clean line.

    Presence, not paid time, is held against the plan, so that taking one's lunch is not an exception.
    """
    found: list[Remark] = []
    if work.problems:
        found.append(Remark(ExceptionCode.MISSING_PUNCH, _PROBLEM_SENTENCES[work.problems[0]]))
    if work.presence is not None:
        late = (work.presence.start - planned.start) // timedelta(minutes=1)
        if late > LATE_MINUTES:
            found.append(Remark(ExceptionCode.LATE, f"Started {late} min after the planned time.", late))
        over = work.total_minutes - planned.minutes
        if over > OFF_PLAN_MINUTES:
            found.append(Remark(ExceptionCode.OVER_PLAN, f"{over} min longer than planned.", over))
        if -over > OFF_PLAN_MINUTES:
            found.append(Remark(ExceptionCode.UNDER_PLAN, f"{-over} min shorter than planned.", -over))
    longest = max((pause.minutes for pause in work.breaks), default=0)
    if longest > LONG_BREAK_MINUTES:
        found.append(Remark(ExceptionCode.LONG_BREAK, f"A break of {longest} min.", longest))
    if manual:
        found.append(Remark(ExceptionCode.MANUAL_ENTRY, "Entered by hand instead of on the clock."))
    return found


_PROBLEM_SENTENCES = {
    Problem.NO_PUNCH: "Nothing was clocked.",
    Problem.MISSING_IN: "Clocked out or took a break without having clocked in.",
    Problem.MISSING_OUT: "Never clocked out.",
    Problem.IN_TWICE: "Clocked in twice.",
    Problem.BREAK_NOT_STARTED: "A break ended that had not begun.",
    Problem.BREAK_NOT_ENDED: "A break never ended.",
}
