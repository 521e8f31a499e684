"""The words for a coordinator's hours, languages, education and place."""

from collections.abc import Iterable
from datetime import datetime, time

from babel.dates import format_time, get_day_names

from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.readiness import missing_steps
from marketplace.coordinators.rules import DAY, CoordinatorState, Education, WeeklyHours
from marketplace.kernel import Phrase, current_reader


def weekday_name(weekday: int, width: str = "wide") -> str:
    """Monday (0) or, abbreviated, Mon."""
    name = str(get_day_names(width, locale=current_reader().region)[weekday])  # type: ignore[arg-type]
    return name[:1].upper() + name[1:]


def clock_words(minute: int) -> str:
    """9:00 am; past midnight of the next day again from the beginning."""
    hour, rest = divmod(minute % DAY, 60)
    return str(format_time(time(hour, rest), "h:mm a", locale=current_reader().region)).lower().replace("\u202f", " ")


def stretch_words(hours: WeeklyHours) -> str:
    """6:00 pm – 6:00 am (next day)"""
    if hours.start_minute == 0 and hours.end_minute == DAY:
        return str(Phrase("all day"))
    words = f"{clock_words(hours.start_minute)} – {clock_words(hours.end_minute)}"
    return str(Phrase("%(hours)s (next day)", hours=words)) if hours.end_minute > DAY else words


def week_words(week: Iterable[WeeklyHours]) -> list[tuple[int, str, list[str]]]:
    """Every weekday with its stretches in words; none on days without hours."""
    stretches: dict[int, list[str]] = {day: [] for day in range(7)}
    for one in week:
        stretches[one.weekday].append(stretch_words(one))
    return [(day, weekday_name(day), words) for day, words in stretches.items()]


def week_in_short(week: Iterable[WeeklyHours]) -> str:
    """Mon – Fri 7:00 am – 7:00 pm; Sat 9:00 am – 1:00 pm"""
    week = tuple(week)
    by_hours: dict[tuple[WeeklyHours, ...], list[int]] = {}
    for day in range(7):
        of_day = tuple(WeeklyHours(0, one.start_minute, one.end_minute) for one in week if one.weekday == day)
        if of_day:
            by_hours.setdefault(of_day, []).append(day)
    return "; ".join(
        f"{_day_range(days)} {', '.join(stretch_words(one) for one in hours)}" for hours, days in by_hours.items()
    )


def _day_range(days: list[int]) -> str:
    names = [weekday_name(day, "abbreviated") for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]} – {names[-1]}"
    return ", ".join(names)


def education_words() -> dict[Education, str]:
    """The names of the levels of education."""
    return {
        Education.HIGH_SCHOOL: str(Phrase("High-school diploma")),
        Education.ASSOCIATE: str(Phrase("Associate degree")),
        Education.BACHELOR: str(Phrase("Bachelor's degree")),
        Education.MASTER: str(Phrase("Master's degree")),
    }


def state_words() -> dict[CoordinatorState, str]:
    """The states of coordinators in words, for tags and a list of filters."""
    return {
        CoordinatorState.ONBOARDING: str(Phrase("Getting started")),
        CoordinatorState.ACTIVE: str(Phrase("Active")),
        CoordinatorState.PAUSED: str(Phrase("Paused")),
    }


def missing_words(coordinator: Coordinator, at: datetime) -> list[Phrase]:
    """What is left until the agency can activate it, in its words; empty when nothing is."""
    return missing_steps(coordinator, at, for_agency=True)
