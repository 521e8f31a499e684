"""What a week of punches comes to: hours worked, breaks, overtime, and what someone should look at before approving."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from marketplace.catalogue.lists import ROUNDINGS
from marketplace.kernel.errors import Invalid
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import split
from marketplace.kernel.spans import Span, local_day, week_start, workweek


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
        # A shift worked after the week was decided: its line is new, the others stay as they are.
        (TimesheetState.APPROVED, "reopen"): TimesheetState.OPEN,
        (TimesheetState.APPROVED_WITH_CHANGES, "reopen"): TimesheetState.OPEN,
        (TimesheetState.DISPUTED, "reopen"): TimesheetState.OPEN,
    },
)

EDITABLE = frozenset({TimesheetState.OPEN, TimesheetState.REJECTED})
"""In these the coordinator may still correct her hours."""


class LineState(StrEnum):
    """Where one shift's hours stand within the week: a disputed line never holds up the others."""

    PENDING = "pending"
    APPROVED = "approved"
    DISPUTED = "disputed"
    REJECTED = "rejected"


LINE_LIFE = Lifecycle(
    "line of hours",
    {
        (LineState.PENDING, "approve"): LineState.APPROVED,
        (LineState.PENDING, "dispute"): LineState.DISPUTED,
        (LineState.PENDING, "reject"): LineState.REJECTED,
        (LineState.DISPUTED, "withdraw"): LineState.PENDING,
        (LineState.DISPUTED, "approve"): LineState.APPROVED,
        (LineState.DISPUTED, "reject"): LineState.REJECTED,
        (LineState.REJECTED, "correct"): LineState.PENDING,
        (LineState.APPROVED, "undo"): LineState.PENDING,
    },
)


def decision(lines: Iterable[tuple[LineState, bool]]) -> str | None:
    """Which act a week that was handed in has come to, by its lines (state, whether its minutes were changed).

    One line that waits keeps the week waiting (None); after that a rejected line weighs more than a disputed one.
    """
    lines = list(lines)
    states = {state for state, _ in lines}
    if LineState.PENDING in states or not lines:
        return None
    if LineState.REJECTED in states:
        return "reject"
    if LineState.DISPUTED in states:
        return "dispute"
    return "approve_with_changes" if any(changed for _, changed in lines) else "approve"


DECIDED = {
    "approve": TimesheetState.APPROVED,
    "approve_with_changes": TimesheetState.APPROVED_WITH_CHANGES,
    "reject": TimesheetState.REJECTED,
    "dispute": TimesheetState.DISPUTED,
    None: TimesheetState.SUBMITTED,
}


class PunchKind(StrEnum):
    """The four buttons of the clock."""

    IN = "in"
    OUT = "out"
    BREAK_START = "break_start"
    BREAK_END = "break_end"


class Pressed(Protocol):
    """One press of the clock: which button, and when it happened (aware instant)."""

    @property
    def kind(self) -> PunchKind: ...

    @property
    def at(self) -> datetime: ...


CLOCK_AFTER_END = timedelta(hours=12)
"""So long after the end the buttons still work; later the hours are entered by hand, with a reason."""

FAST_DEVICE = timedelta(minutes=2)
"""A device's clock may be ahead by so much; the moment then counts as now."""

OLDEST_PUNCH = timedelta(hours=24)
"""A punch kept on a phone without a network may arrive so late."""

CORRECT_BEFORE_START = timedelta(hours=4)
"""Hours entered by hand begin no earlier than this before the planned start."""

UNDO_APPROVAL = timedelta(minutes=10)
"""Within these an approval is taken back as if it had not been."""

APPROVAL_WINDOW = timedelta(hours=72)
"""After so long without a word, hours without exceptions approve themselves. A reminder goes out at half of it."""


class Moment(NamedTuple):
    """When a button was pressed, and whether the punch waited on the device for a network."""

    at: datetime
    waited: bool


def moment_pressed(device: datetime | None, arrived: datetime) -> Moment:
    """The moment a punch counts from: what the device says within sane bounds, else a sentence (Invalid).

    Without a device time it is the moment of arrival. A device up to two minutes ahead counts as now.
    """
    if device is None or abs(device - arrived) <= FAST_DEVICE:
        return Moment(min(device, arrived) if device else arrived, False)
    if device > arrived:
        raise Invalid("The clock of this device is ahead of the real time. Set it to automatic, then press again.")
    if arrived - device > OLDEST_PUNCH:
        raise Invalid("This was pressed more than 24 hours ago. Enter the hours by hand, with a reason.")
    return Moment(device, True)


class Problem(StrEnum):
    """What does not add up in a row of punches."""

    NO_PUNCH = "no_punch"
    MISSING_IN = "missing_in"
    MISSING_OUT = "missing_out"
    IN_TWICE = "in_twice"
    BREAK_NOT_STARTED = "break_not_started"
    BREAK_NOT_ENDED = "break_not_ended"


# A break under 30 minutes is paid whole. Up to 20 minutes is work time by 29 CFR 785.18; 30 minutes or more, fully
# relieved, is a meal period by 785.19. Between the two the law asks for "special conditions" that nobody here can vouch
# for, so the coordinator is paid.
MEAL_MINUTES = 30


@dataclass(frozen=True)
class WorkedTime:
    """What punches come to. Spans are whole minutes; `paid_minutes` is after rounding, `actual_minutes` before."""

    presence: Span | None
    """From the first coming to the last going."""
    paid: tuple[Span, ...]
    """The stretches that count as work."""
    breaks: tuple[Span, ...]
    """Every break, paid or not; clocking out and in again is one too."""
    paid_minutes: int
    problems: tuple[Problem, ...]

    @property
    def total_minutes(self) -> int:
        """Minutes present, breaks included."""
        return self.presence.minutes if self.presence else 0

    @property
    def actual_minutes(self) -> int:
        """Minutes that count as work, before rounding."""
        return sum(span.minutes for span in self.paid)

    @property
    def break_minutes(self) -> int:
        """Minutes of unpaid break."""
        return sum(span.minutes for span in self.breaks if span.minutes >= MEAL_MINUTES)


def worked(punches: Iterable[Pressed], rounding: int = 0) -> WorkedTime:
    """Read punches, in whichever order they arrived, as time worked. Seconds are cut off from every punch alike.

    What is missing is never guessed in anybody's favour: a stretch without its end counts nothing until it is corrected,
    a second `in` is ignored, a break without its end lasts until clocking out. `rounding` is one of ROUNDINGS.
    """
    on_since: datetime | None = None
    break_since: datetime | None = None
    stretches: list[tuple[datetime, datetime]] = []
    breaks: list[tuple[datetime, datetime]] = []
    problems: list[Problem] = []
    row = sorted(punches, key=lambda punch: punch.at)
    for punch in row:
        at = punch.at.replace(second=0, microsecond=0)
        match punch.kind:
            case PunchKind.IN if on_since is not None:
                problems.append(Problem.IN_TWICE)
            case PunchKind.IN:
                on_since = at
            case PunchKind.OUT if on_since is None:
                problems.append(Problem.MISSING_IN)
            case PunchKind.OUT:
                assert on_since is not None
                if break_since is not None:
                    problems.append(Problem.BREAK_NOT_ENDED)
                    breaks.append((break_since, at))
                stretches.append((on_since, at))
                on_since = break_since = None
            case PunchKind.BREAK_START if on_since is None:
                problems.append(Problem.MISSING_IN)
            case PunchKind.BREAK_START if break_since is not None:
                problems.append(Problem.BREAK_NOT_ENDED)
            case PunchKind.BREAK_START:
                break_since = at
            case PunchKind.BREAK_END if break_since is None:
                problems.append(Problem.BREAK_NOT_STARTED)
            case PunchKind.BREAK_END:
                assert break_since is not None
                breaks.append((break_since, at))
                break_since = None
    if on_since is not None:
        problems.append(Problem.MISSING_OUT)
    if not row:
        problems.append(Problem.NO_PUNCH)

    # Clocking out and in again is a break under another name.
    breaks += [(left[1], right[0]) for left, right in pairwise(stretches)]
    pauses = tuple(sorted(Span(start, end) for start, end in breaks if end > start))
    if not stretches or stretches[-1][1] <= stretches[0][0]:
        return WorkedTime(None, (), (), 0, tuple(dict.fromkeys(problems)))
    presence = Span(stretches[0][0], stretches[-1][1])
    pauses = tuple(pause for pause in pauses if presence.contains(pause))
    paid = _without(presence, [pause for pause in pauses if pause.minutes >= MEAL_MINUTES])
    minutes = sum(span.minutes for span in paid)
    return WorkedTime(presence, paid, pauses, rounded(minutes, rounding), tuple(dict.fromkeys(problems)))


def _without(whole: Span, pauses: Sequence[Span]) -> tuple[Span, ...]:
    kept: list[Span] = []
    start = whole.start
    for pause in pauses:
        if pause.start > start:
            kept.append(Span(start, pause.start))
        start = max(start, pause.end)
    if start < whole.end:
        kept.append(Span(start, whole.end))
    return tuple(kept)


def rounded(minutes: int, step: int) -> int:
    """Minutes to the nearest step, neutral over time (29 CFR 785.48(b)): 0 leaves them, else 5, 6 or 15.

    By quarters 1–7 go down and 8–14 up. By sixes the tie, 3, goes to the even multiple, so that neither side gains.
    """
    if step not in ROUNDINGS:
        raise Invalid("Time may be rounded to 5, 6 or 15 minutes, or not at all.", "rounding_minutes")
    if step == 0:
        return minutes
    steps, rest = divmod(minutes, step)
    up = 2 * rest > step or (2 * rest == step and steps % 2 == 1)
    return (steps + up) * step


def paid_minutes_by_week(work: WorkedTime, zone: ZoneInfo | str) -> dict[date, int]:
    """Paid minutes by the Monday of the local workweek they fall in: Sunday's night belongs to two (29 CFR 778.104)."""
    minutes: dict[date, int] = {}
    for span in work.paid:
        monday = week_start(local_day(span.start, zone))
        while (part := span.intersection(workweek(monday, zone))) is not None:
            minutes[monday] = minutes.get(monday, 0) + part.minutes
            monday += timedelta(days=7)
    if not sum(minutes.values()):
        return {}
    return dict(zip(minutes, split(work.paid_minutes, list(minutes.values())), strict=True))


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


class EarnCode(StrEnum):
    """What kind of hour it is."""

    REGULAR = "regular"
    OVERTIME = "overtime"


@dataclass(frozen=True)
class WeekEntry:
    """One shift's payable minutes in one workweek. `ref` is the caller's own id; rates are cents an hour."""

    ref: int
    starts_at: datetime
    minutes: int
    bill_rate_cents: int
    pay_rate_cents: int


@dataclass(frozen=True)
class Segment:
    """Minutes of one kind with both results in cents. The amounts are exact; the rates are what is printed beside them."""

    ref: int
    earn_code: EarnCode
    minutes: int
    bill_rate_cents: int
    pay_rate_cents: int
    bill_cents: int
    pay_cents: int


WEEKLY_THRESHOLD_MINUTES = 2400


def weekly_overtime(
    entries: Sequence[WeekEntry],
    threshold_minutes: int | None = WEEKLY_THRESHOLD_MINUTES,
    before: Sequence[WeekEntry] = (),
    bonus_cents: int = 0,
) -> list[Segment]:
    """Split one coordinator's workweek into regular and overtime segments, in the order the work was done.

    Overtime is what comes after `threshold_minutes` (29 CFR 778.110). It is paid at the hour's own rate plus half the
    regular rate, which is all straight-time pay and bonus of the week over all its hours (778.115, 778.208): $12 for 46 h
    is $588.00, with a $46 bonus $637.00 of which this function gives the hours ($591.00). It is billed at 1.5 times the
    hour's own bill rate. `threshold_minutes=None` is for whom overtime does not apply. `before` are hours of the same week
    that already have their segments: they count towards the threshold and the regular rate and get none again.
    Each amount is rounded half up once.
    """
    if any(entry.minutes < 0 or entry.bill_rate_cents < 0 or entry.pay_rate_cents < 0 for entry in (*before, *entries)):
        raise ValueError("minutes and rates are never negative")
    minutes_before = sum(entry.minutes for entry in before)
    week_minutes = minutes_before + sum(entry.minutes for entry in entries)
    straight_pay = sum(entry.minutes * entry.pay_rate_cents for entry in (*before, *entries)) + 60 * bonus_cents
    regular_rate = Fraction(straight_pay, week_minutes) if week_minutes else Fraction(0)

    segments: list[Segment] = []
    done = minutes_before
    for entry in sorted(entries, key=lambda entry: (entry.starts_at, entry.ref)):
        left = entry.minutes if threshold_minutes is None else max(0, threshold_minutes - done)
        regular = min(entry.minutes, left)
        overtime = entry.minutes - regular
        if regular:
            bill, pay = Fraction(entry.bill_rate_cents), Fraction(entry.pay_rate_cents)
            segments.append(_segment(entry.ref, EarnCode.REGULAR, regular, bill, pay))
        if overtime:
            bill = Fraction(entry.bill_rate_cents) * Fraction(3, 2)
            pay = entry.pay_rate_cents + regular_rate / 2
            segments.append(_segment(entry.ref, EarnCode.OVERTIME, overtime, bill, pay))
        done += entry.minutes
    return segments


def _segment(ref: int, earn_code: EarnCode, minutes: int, bill: Fraction, pay: Fraction) -> Segment:
    return Segment(
        ref,
        earn_code,
        minutes,
        _half_up(bill),
        _half_up(pay),
        _half_up(bill * minutes / 60),
        _half_up(pay * minutes / 60),
    )


def _half_up(amount: Fraction) -> int:
    return int(2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
