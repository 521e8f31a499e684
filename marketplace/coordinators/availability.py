"""The availability of a coordinator: the typical week and time off. Changing it leaves bookings as they are."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.coordinators.models import AvailabilityWindow, Coordinator, TimeOff
from marketplace.coordinators.readiness import look_again
from marketplace.coordinators.registration import windows
from marketplace.coordinators.rules import WEEKDAYS, WeeklyHours, read_availability, stretch, tidy, written
from marketplace.db import session
from marketplace.kernel import (
    MONDAY_TO_FRIDAY,
    N_,
    Invalid,
    JoinedList,
    Length,
    NotFound,
    Phrase,
    Span,
    check_no_patient_data,
    check_year,
    clean_text,
    counted,
    day_span,
    local_day,
    local_days,
)

LONGEST_WEEK = 2_000
"""Characters of a week in writing."""
LONGEST_TIME_OFF = 366
FURTHEST_AHEAD = timedelta(days=2 * 366)
MOST_TIME_OFF = 200


# ---- the typical week -------------------------------------------------------------------------------------------

Week = tuple[WeeklyHours, ...]


def week_of(coordinator_id: int) -> Week:
    """The typical week of a coordinator, in order."""
    rows = session.scalars(
        select(AvailabilityWindow)
        .where(AvailabilityWindow.coordinator_id == coordinator_id)
        .order_by(AvailabilityWindow.weekday, AvailabilityWindow.start_minute)
    )
    return tuple(row.hours for row in rows)


def set_hours(
    coordinator: Coordinator, days: Collection[int], start: time, end: time, by: Person, *, beside: bool = False
) -> Week:
    """Set the hours of these weekdays to `start` until `end` (overnight when not after it), or add them with `beside`.

    Returns the whole week. Raises Invalid.
    """
    if not days:
        raise Invalid("Choose at least one day.", "days")
    _lock(coordinator)
    before = week_of(coordinator.id)
    kept = before if beside else [one for one in before if one.weekday not in days]
    return _keep(coordinator, before, [*kept, *(stretch(day, start, end) for day in days)], by)


def clear_day(coordinator: Coordinator, weekday: int, by: Person) -> Week:
    """Remove all hours of this weekday. Raises NotFound for a day no week has."""
    _check_weekday(weekday)
    _lock(coordinator)
    before = week_of(coordinator.id)
    return _keep(coordinator, before, [one for one in before if one.weekday != weekday], by)


def copy_to_weekdays(coordinator: Coordinator, weekday: int, by: Person) -> Week:
    """Monday to Friday become like this day; a Saturday or Sunday that is copied stays as it is.

    Raises NotFound for a day no week has, Invalid for a day without hours.
    """
    _check_weekday(weekday)
    _lock(coordinator)
    before = week_of(coordinator.id)
    pattern = [one for one in before if one.weekday == weekday]
    if not pattern:
        raise Invalid("There are no hours on that day to copy.")
    others = [one for one in before if one.weekday not in MONDAY_TO_FRIDAY]
    copies = [WeeklyHours(day, one.start_minute, one.end_minute) for day in MONDAY_TO_FRIDAY for one in pattern]
    return _keep(coordinator, before, [*others, *copies], by)


def _check_weekday(weekday: int) -> None:
    if weekday >= len(WEEKDAYS):
        raise NotFound("A week has seven days.")


def restorable(week: Iterable[WeeklyHours]) -> str:
    """The week as text that `restore_week` reads, for the undo button."""
    return written(week)


def restore_week(coordinator: Coordinator, text: str, by: Person) -> Week:
    """Set the week back to what `restorable` wrote. Raises Invalid for any other text."""
    return set_week(coordinator, read_availability(text[:LONGEST_WEEK], "week"), by)


def set_week(coordinator: Coordinator, week: Iterable[WeeklyHours], by: Person) -> Week:
    """The whole typical week at once, such as the one before a change that is taken back."""
    _lock(coordinator)
    return _keep(coordinator, week_of(coordinator.id), list(week), by)


def _keep(coordinator: Coordinator, before: Week, wanted: Iterable[WeeklyHours], by: Person) -> Week:
    week = tidy(wanted)
    if week != before:
        session.execute(
            delete(AvailabilityWindow)
            .where(AvailabilityWindow.coordinator_id == coordinator.id)
            .execution_options(synchronize_session=False)
        )
        session.add_all(windows(coordinator.id, week))
        session.flush()
        record("change availability", coordinator, _in_words(week), by=by)
        look_again(coordinator)
    return week


def _in_words(week: Week) -> Phrase:
    if not week:
        return Phrase("Typical week: no hours.")
    minutes = sum(one.end_minute - one.start_minute for one in week)
    days = len({one.weekday for one in week})
    return counted(
        days,
        N_("Typical week: 1 day, %(hours)s."),
        N_("Typical week: %(count)s days, %(hours)s."),
        hours=Length(minutes),
    )


def _lock(coordinator: Coordinator) -> None:
    """Allow one change of a week at a time: two clicks at once would leave both."""
    session.execute(select(Coordinator.id).where(Coordinator.id == coordinator.id).with_for_update())


# ---- days off ---------------------------------------------------------------------------------------------------


def take_off(coordinator: Coordinator, first: date, last: date | None, note: str, by: Person, at: datetime) -> TimeOff:
    """Take no work from the beginning of `first` to the end of `last` (local days; None: the same day).

    Raises Invalid with the field. What is booked stays booked.
    """
    last = last or first
    span = _span_off(first, last, coordinator.time_zone, at)
    note = clean_text(note, 200, "note")
    check_no_patient_data(note, "note")
    _lock(coordinator)
    ahead = list(session.scalars(select(TimeOff).where(TimeOff.coordinator_id == coordinator.id, TimeOff.ends_at > at)))
    if any(other.starts_at <= span.start and span.end <= other.ends_at for other in ahead):
        raise Invalid("You have that off already.", "first")
    if len(ahead) >= MOST_TIME_OFF:
        raise Invalid("That is too much time off to keep apart. Remove some of it first.", "first")
    off = TimeOff(coordinator_id=coordinator.id, starts_at=span.start, ends_at=span.end, note=note)
    session.add(off)
    session.flush()
    record("take time off", off, Phrase("Time off: %(days)s.", days=_days(first, last)), by=by)
    return off


def be_back(off: TimeOff, zone: str, by: Person) -> tuple[date, date]:
    """End a time off. Returns its first and last local day."""
    first, last = local_days(off.span, zone)
    record("remove time off", off, Phrase("No longer off: %(days)s.", days=_days(first, last)), by=by)
    session.delete(off)
    session.flush()
    return first, last


def _days(first: date, last: date) -> date | JoinedList:
    return JoinedList([first, last], " – ") if last > first else first


def _span_off(first: date, last: date, zone: str, at: datetime) -> Span:
    check_year(first, "first")
    check_year(last, "last")
    today = local_day(at, zone)
    if last < first:
        raise Invalid("The last day is before the first.", "last")
    if last < today:
        raise Invalid("This is over already. Choose today or a later day.", "first")
    if (last - first).days >= LONGEST_TIME_OFF:
        raise Invalid("At most a year at a time. To stop for longer, ask the agency to pause you.", "last")
    if last > today + FURTHEST_AHEAD:
        raise Invalid("Choose a day within the next two years.", "first")
    return Span(day_span(first, zone).start, day_span(last, zone).end)
