"""The words for a need's days ("Mon – Fri until Dec 18"), and the stored form of chosen weekdays."""

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple, Protocol

from babel.dates import format_time, get_day_names, get_month_names

from marketplace.kernel import MONDAY_TO_FRIDAY, Holiday, Named, Observance, Phrase, called, current_reader
from marketplace.needs.rules import WEEKDAYS, WEEKLY

# As RFC 5545 writes them; 0 is Monday.
WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EXCEPT_HOLIDAYS = " EXCEPT HOLIDAYS"


class Repeating(Protocol):
    """The facts that decide on which days a need asks for somebody."""

    @property
    def repeat(self) -> str: ...
    @property
    def first_day(self) -> date: ...


class Catalogue(NamedTuple):
    """The choices of a need: (code, name, Spanish name) of roles, credential types and duties."""

    lines: list[tuple[str, str, str]]
    credentials: list[tuple[str, str, str]]
    duties: list[tuple[str, str, str]]


def named(rows: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """(code, name) in the reader's language."""
    return [(code, called(Named(name, name_es))) for code, name, name_es in rows]


def repeat_kept(repeat: str | tuple[int, ...], leave_out_holidays: bool = False) -> str:
    """The stored form of a repetition: WEEKLY, WEEKDAYS, or the chosen days as MO,WE,FR; then what is left out."""
    days = repeat if isinstance(repeat, str) else ",".join(WEEKDAY_CODES[weekday] for weekday in sorted(set(repeat)))
    return days + EXCEPT_HOLIDAYS if days and leave_out_holidays else days


def repeat_meant(kept: str) -> str | tuple[int, ...]:
    """The other way round, as `rules.Pattern` takes it."""
    days = kept.removesuffix(EXCEPT_HOLIDAYS)
    if days in ("", WEEKLY, WEEKDAYS):
        return days
    return tuple(WEEKDAY_CODES.index(code) for code in days.split(",") if code in WEEKDAY_CODES)


def leaves_out_holidays(kept: str) -> bool:
    """Whether a repetition, as it stands in the table, leaves out federal holidays."""
    return kept.endswith(EXCEPT_HOLIDAYS)


def holiday_words() -> dict[Holiday, str]:
    """The names of the federal holidays."""
    return {
        Holiday.NEW_YEAR: str(Phrase("New Year's Day")),
        Holiday.KING: str(Phrase("Martin Luther King Jr. Day")),
        Holiday.WASHINGTON: str(Phrase("Washington's Birthday")),
        Holiday.MEMORIAL: str(Phrase("Memorial Day")),
        Holiday.JUNETEENTH: str(Phrase("Juneteenth")),
        Holiday.INDEPENDENCE: str(Phrase("Independence Day")),
        Holiday.LABOR: str(Phrase("Labor Day")),
        Holiday.COLUMBUS: str(Phrase("Columbus Day")),
        Holiday.VETERANS: str(Phrase("Veterans Day")),
        Holiday.THANKSGIVING: str(Phrase("Thanksgiving Day")),
        Holiday.CHRISTMAS: str(Phrase("Christmas Day")),
    }


def left_out_words(days: Iterable[Observance]) -> str:
    """Dec 25 (Christmas Day), Jan 1 (New Year's Day)"""
    words = holiday_words()
    return ", ".join(_named_day(kept, words[kept.holiday]) for kept in days)


def _named_day(kept: Observance, holiday: str) -> str:
    if kept.observed:
        return str(Phrase("%(day)s (%(holiday)s, observed)", day=short_day(kept.day), holiday=holiday))
    return f"{short_day(kept.day)} ({holiday})"


def weekdays_of(need: Repeating) -> tuple[int, ...]:
    """The weekdays a need repeats on, 0 is Monday; none when it does not repeat."""
    match repeat_meant(need.repeat):
        case tuple(chosen):
            return chosen
        case "WEEKLY":
            return (need.first_day.weekday(),)
        case "WEEKDAYS":
            return MONDAY_TO_FRIDAY
        case _:
            return ()


def weekday_words(weekdays: Iterable[int]) -> str:
    """Mon – Fri for a run of three or more, else Mon, Wed, Sat."""
    names = weekday_names()
    runs: list[list[int]] = []
    for weekday in sorted(set(weekdays)):
        if runs and runs[-1][-1] == weekday - 1:
            runs[-1].append(weekday)
        else:
            runs.append([weekday])
    parts: list[str] = []
    for run in runs:
        if len(run) > 2:
            parts.append(f"{names[run[0]]} – {names[run[-1]]}")
        else:
            parts += [names[weekday] for weekday in run]
    return ", ".join(parts)


def weekday_names() -> dict[int, str]:
    """Mon … Sun in the reader's language, 0 is Monday."""
    names = get_day_names("abbreviated", "stand-alone", locale=current_reader().region)
    return {weekday: str(names[weekday]) for weekday in range(7)}


def short_day(day: date) -> str:
    """Nov 30"""
    month = get_month_names("abbreviated", locale=current_reader().region)[day.month]
    return f"{month} {day.day}" if current_reader().region.startswith("en") else f"{day.day} {month}"


def days_between(first: date, last: date) -> str:
    """Nov 23 – 29, 2026; Nov 30 – Dec 18, 2026; one day once; both years where they differ."""
    english = current_reader().region.startswith("en")
    if first == last:
        return f"{short_day(first)}, {first.year}" if english else f"{short_day(first)} {first.year}"
    if (first.year, first.month) == (last.year, last.month):
        return (
            f"{short_day(first)} – {last.day}, {last.year}"
            if english
            else f"{first.day} – {short_day(last)} {last.year}"
        )
    comma = "," if english else ""
    begin = short_day(first) if first.year == last.year else f"{short_day(first)}{comma} {first.year}"
    return f"{begin} – {short_day(last)}{comma} {last.year}"


def clock_words(at: time | datetime) -> str:
    """9am, 9:30am: as short as a schedule needs it."""
    return _clock_words(at.hour, at.minute, current_reader().region)


@cache
def _clock_words(hour: int, minute: int, locale: str) -> str:
    text = format_time(time(hour, minute), "h:mm a", locale=locale).replace("\u202f", " ").replace("\xa0", " ").lower()
    text = text.replace(":00", "")
    return text.replace(" ", "") if locale.startswith("en") else text


def clock_span(start: time | datetime, end: time | datetime) -> str:
    """9am – 5pm"""
    return f"{clock_words(start)} – {clock_words(end)}"


def name_of_template(line: str, need: "Timed") -> str:
    """The name of a need as something to post again: "Telephone Triage, Mon – Fri 9am – 5pm"."""
    days = weekday_words(weekdays_of(need))
    return f"{line}, {days}{' ' if days else ''}{clock_span(need.starts_local, need.ends_local)}"


class Timed(Repeating, Protocol):
    """A repetition with its hours."""

    @property
    def starts_local(self) -> time: ...
    @property
    def ends_local(self) -> time: ...
