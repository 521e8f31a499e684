"""The calculation from punches to hours: the stretches worked, the breaks, and minutes by week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from marketplace.catalogue.lists import ROUNDINGS
from marketplace.kernel import Invalid, Span, local_day, split, week_start, workweek
from marketplace.timesheets.rules import PunchKind


class Pressed(Protocol):
    """One press of the clock: which button, and when it happened (aware instant)."""

    @property
    def kind(self) -> PunchKind: ...

    @property
    def at(self) -> datetime: ...


class Problem(StrEnum):
    """A fault in a row of punches."""

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
    """The hours of a row of punches. Spans are whole minutes; `paid_minutes` is after rounding, `actual_minutes` before."""

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
