"""The limits of a coordinator's profile, the typical week, and the life of a coordinator."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum

from marketplace.kernel import COUNTRIES, LANGUAGES, N_, US_STATES, Invalid, Lifecycle, Phrase, clean_text, zone_named
from marketplace.matching.facts import REST_MINUTES, WEEK_MINUTES


class CoordinatorState(StrEnum):
    """Only active coordinators get offers; a paused one keeps their bookings."""

    ONBOARDING = "onboarding"
    ACTIVE = "active"
    PAUSED = "paused"


LIFE = Lifecycle(
    "coordinator",
    {
        (CoordinatorState.ONBOARDING, "activate"): CoordinatorState.ACTIVE,
        (CoordinatorState.ACTIVE, "pause"): CoordinatorState.PAUSED,
        (CoordinatorState.PAUSED, "resume"): CoordinatorState.ACTIVE,
    },
)


class Education(StrEnum):
    """In rising order; each need states its own minimum."""

    HIGH_SCHOOL = "high-school"
    ASSOCIATE = "associate"
    BACHELOR = "bachelor"
    MASTER = "master"


# ---- the typical week -------------------------------------------------------------------------------------------

DAY = 1440
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_STRETCHES = 28


@dataclass(frozen=True, order=True)
class WeeklyHours:
    """Free every `weekday` (Monday is 0) from one minute of the local day to another; past 1440 it runs overnight."""

    weekday: int
    start_minute: int
    end_minute: int

    @property
    def starts(self) -> time:
        return time(*divmod(self.start_minute, 60))

    @property
    def ends(self) -> time:
        """On the wall, that day or the next."""
        return time(*divmod(self.end_minute % DAY, 60))


def stretch(weekday: int, start: time, end: time) -> WeeklyHours:
    """From `start` to `end` on the wall; overnight when the end is not after the start, the same time twice is a whole day."""
    first, last = start.hour * 60 + start.minute, end.hour * 60 + end.minute
    return WeeklyHours(weekday, first, last if last > first else last + DAY)


def tidy(week: Iterable[WeeklyHours]) -> tuple[WeeklyHours, ...]:
    """The same hours in order, stretches of one day that touch or overlap joined, as far as one may last (24 hours)."""
    found: list[WeeklyHours] = []
    for hours in sorted(set(week)):
        if not (
            0 <= hours.weekday <= 6
            and 0 <= hours.start_minute < DAY
            and 0 < hours.end_minute - hours.start_minute <= DAY
        ):
            raise Invalid("These are not hours of a day.", "availability")
        last = found[-1] if found else None
        if last is not None and last.weekday == hours.weekday and hours.start_minute <= last.end_minute:
            end = max(last.end_minute, hours.end_minute)
            if end - last.start_minute <= DAY:
                found[-1] = replace(last, end_minute=end)
                continue
        found.append(hours)
    if len(found) > MOST_STRETCHES:
        raise Invalid("At most %(most)s stretches a week.", "availability", most=MOST_STRETCHES)
    return tuple(found)


def written(week: Iterable[WeeklyHours]) -> str:
    """A week as `read_availability` reads it: Mon 09:00-17:00; Tue 18:00-06:00."""
    return "; ".join(
        f"{WEEKDAYS[one.weekday]} {one.starts:%H:%M}-{'24:00' if one.end_minute == DAY else f'{one.ends:%H:%M}'}"
        for one in week
    )


_RULE = re.compile(r"([A-Za-z, -]+?) +([0-9]{1,2}:[0-9]{2}) ?[-–] ?([0-9]{1,2}:[0-9]{2})")
_HOW = N_("Write the hours like Mon-Fri 08:00-17:00; Sat 09:00-13:00.")


def read_availability(text: str, field: str = "availability") -> tuple[WeeklyHours, ...]:
    """`Mon-Fri 18:00-06:00; Sat 09:00-13:00` as weekly hours in the coordinator's zone; nothing when the text is empty."""
    week: list[WeeklyHours] = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _RULE.fullmatch(part)
        if match is None:
            raise Invalid(_HOW, field)
        start, end = _minute(match[2], field), _minute(match[3], field)
        if start == DAY:
            raise Invalid(_HOW, field)
        end = end if end > start else end + DAY
        week += [WeeklyHours(day, start, end) for day in _days(match[1], field)]
    return tidy(week)


def _days(text: str, field: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        ends = [one.strip().capitalize() for one in part.split("-")]
        if not 1 <= len(ends) <= 2 or any(end not in WEEKDAYS for end in ends):
            raise Invalid(_HOW, field)
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        found += [day % 7 for day in range(first, (last if last >= first else last + 7) + 1)]
    return found


def _minute(text: str, field: str) -> int:
    hour, minute = (int(part) for part in text.split(":"))
    if minute > 59 or hour * 60 + minute > DAY:
        raise Invalid(_HOW, field)
    return hour * 60 + minute


# ---- what is written down ---------------------------------------------------------------------------------------

MOST_PAY_CENTS = 100_000
MOST_YEARS = 70
MOST_WORDS = 30


@dataclass(frozen=True)
class CoordinatorDraft:
    """A coordinator as typed or imported. Pay in cents an hour, limits in minutes, rating 0 to 50 tenths.

    `work_state` is the US state they physically work in, empty elsewhere. Overtime follows the contract, not the state.
    """

    email: str
    name: str
    country: str
    time_zone: str
    work_state: str = ""
    service_lines: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    ehr: tuple[str, ...] = ()
    years_experience: int = 0
    education: str = Education.HIGH_SCHOOL
    min_pay_cents: int = 0
    max_week_minutes: int = WEEK_MINUTES
    rest_minutes: int = REST_MINUTES
    rating_tenths: int | None = None
    availability: tuple[WeeklyHours, ...] = ()


def checked(draft: CoordinatorDraft, known_lines: Collection[str]) -> CoordinatorDraft:
    """The draft, cleaned; Invalid with the field that cannot be right. The e-mail address is the caller's to check.

    `known_lines` are the service lines of the catalogue.
    """
    name = clean_text(draft.name, 120, "name")
    if not name:
        raise Invalid("Fill this in.", "name")
    country, state = checked_place(draft.country, draft.work_state)
    _between(
        draft.min_pay_cents,
        0,
        MOST_PAY_CENTS,
        N_("The minimum pay must be from $0.00 to $1,000.00 an hour."),
        "min_pay_cents",
    )
    _between(
        draft.max_week_minutes, 60, 7 * DAY, N_("The week's limit must be from 1 to 168 hours."), "max_week_minutes"
    )
    _between(draft.rest_minutes, 0, DAY, N_("The rest between shifts must be from 0 to 24 hours."), "rest_minutes")
    _between(draft.years_experience, 0, MOST_YEARS, N_("Years must be from 0 to %(most)s."), "years_experience")
    if draft.rating_tenths is not None:
        _between(draft.rating_tenths, 0, 50, N_("A rating is from 0.0 to 5.0."), "rating")
    if draft.education not in set(Education):
        raise Invalid("Education is high-school, associate, bachelor or master.", "education")
    return replace(
        draft,
        name=name,
        country=country,
        work_state=state,
        time_zone=zone_named(draft.time_zone.strip(), "time_zone").key,
        service_lines=_known(draft.service_lines, known_lines, "service_lines"),
        languages=_known(draft.languages, LANGUAGES, "languages"),
        ehr=checked_systems(draft.ehr),
        availability=tidy(draft.availability),
    )


def checked_place(country: str, work_state: str) -> tuple[str, str]:
    """Country and US state of work; Invalid when they do not exist or do not go together."""
    country, state = country.strip().upper(), work_state.strip().upper()
    if country not in COUNTRIES:
        raise Invalid("Write the country as its two letters (ISO 3166), such as US or MX.", "country")
    if state and country != "US":
        raise Invalid("Only somebody who works in the US has a state of work. Leave it empty.", "work_state")
    if state and state not in US_STATES:
        raise Invalid("Write the two letters of a US state, such as CA.", "work_state")
    return country, state


def checked_systems(names: Iterable[str]) -> tuple[str, ...]:
    """Names of records systems, each once."""
    found = tuple(filter(None, dict.fromkeys(clean_text(name, 60, "ehr") for name in names)))
    if len(found) > MOST_WORDS:
        raise Invalid("At most %(most)s systems.", "ehr", most=MOST_WORDS)
    return found


def _known(codes: Iterable[str], known: Collection[str], field: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(code.strip() for code in codes))
    strange = [code for code in found if code not in known]
    if strange:
        raise Invalid(
            "Unknown here: %(what)s.", field, what=clean_text(strange[0][:60], 60, field) or Phrase("an empty entry")
        )
    return found


def _between(value: int, least: int, most: int, sentence: str, field: str) -> None:
    if not least <= value <= most:
        raise Invalid(sentence, field, most=most)
