"""Hard rules about time: availability, time off, other shifts, rest, the week's hours, and the clock itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.kernel.money import hours_and_minutes
from marketplace.kernel.spans import local_day
from marketplace.matching.facts import BookingFacts, Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.local_hours import covers, in_words, local_weeks, minutes_within, time_shared
from marketplace.matching.verdicts import Finding, fails, passes, rule, warns

_NONE, _MINUTE = timedelta(), timedelta(minutes=1)


def _touching(coordinator: CoordinatorFacts, start: datetime, end: datetime) -> list[BookingFacts]:
    """The coordinator's shifts that share time with [start, end). Written out: it runs for every pair."""
    return [booking for booking in coordinator.bookings if booking.span.start < end and start < booking.span.end]


@rule("not_past", 1, "Shift still ahead", "The shift is not over; one that has started is shown with a note.")
def not_past(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    span, when, day = shift.span, in_words(shift.span, shift.zone), local_day(shift.span.start, shift.zone)
    if context.as_of < span.start:
        return passes("The shift is still ahead.", when, day)
    if context.as_of < span.end:
        return warns("The shift has already started.", when, day)
    return fails("The shift is over.", when, day)


@rule(
    "availability",
    1,
    "Availability",
    "The coordinator's weekly availability, in their own zone, covers the whole shift; "
    "a night on which the clocks change counts with its true length.",
)
def availability(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    local = in_words(shift.span, coordinator.zone)
    day = local_day(shift.span.start, coordinator.zone)
    if covers(coordinator.availability, shift.span, coordinator.zone):
        return passes(f"Available for the whole shift, {local}.", local, day)
    if not coordinator.availability:
        return fails("No availability is stated.", local, day)
    outside = shift.span.minutes - minutes_within(coordinator.availability, shift.span, coordinator.zone)
    length = hours_and_minutes(shift.span.minutes)
    part = (
        "The whole shift is" if outside >= shift.span.minutes else f"{hours_and_minutes(outside)} of {length} hours are"
    )
    return fails(f"{part} outside the stated availability: the local time is {local}.", local, day)


@rule("time_off", 1, "Time off", "The shift does not touch any time off.")
def time_off(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    touched = [span for span in coordinator.time_off if span.overlaps(shift.span)]
    if not touched:
        return passes("No time off is touched.")
    first = min(touched)
    when = in_words(first, coordinator.zone)
    return fails(f"Time off from {when}.", when, local_day(first.start, coordinator.zone))


@rule("overlap", 1, "No other shift", "No other shift, at whichever facility, overlaps this one.")
def overlap(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    taken = _touching(coordinator, shift.span.start, shift.span.end)
    if not taken:
        return passes("No other shift at this time.")
    for booking in taken:
        if booking.shift_id == shift.id:
            return fails(
                "Already booked on this shift.", f"shift {shift.id}", local_day(booking.span.start, coordinator.zone)
            )
    first = min(taken, key=lambda booking: (booking.span, booking.shift_id))
    return fails(
        f"Already booked from {in_words(first.span, coordinator.zone)}.",
        f"shift {first.shift_id}",
        local_day(first.span.start, coordinator.zone),
    )


@rule(
    "rest",
    1,
    "Rest between shifts",
    "The rest the coordinator needs lies between this shift and the ones before and after, across all facilities.",
)
def rest(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    wanted = hours_and_minutes(coordinator.rest_minutes)
    start, end, needed = shift.span.start, shift.span.end, coordinator.rest_minutes * _MINUTE
    least: timedelta | None = None
    for booking in _touching(coordinator, start - needed, end + needed):
        left = max(start - booking.span.end, booking.span.start - end)
        if left >= _NONE and (least is None or left < least):  # an overlapping one is the affair of the rule above
            least, neighbour = left, booking
    if least is None:
        return passes(f"At least {wanted} hours of rest lie before and after.")
    where = "since the shift before" if neighbour.span.end <= start else "until the next shift"
    return fails(
        f"Only {hours_and_minutes(least // _MINUTE)} hours of rest {where}, "
        f"{in_words(neighbour.span, coordinator.zone)}; {wanted} hours are needed.",
        f"shift {neighbour.shift_id}",
        local_day(neighbour.span.start, coordinator.zone),
    )


@rule(
    "weekly_hours",
    1,
    "Hours in the week",
    "With this shift no local week of the coordinator, Monday to Monday, goes over the weekly limit. "
    "A shift across Monday midnight counts in each week with its own part.",
)
def weekly_hours(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    fullest, monday = _NONE, None
    for week in local_weeks(shift.span, coordinator.zone):
        worked = time_shared(shift.span, week)
        for booking in _touching(coordinator, week.start, week.end):
            worked += time_shared(booking.span, week)
        if worked > fullest:
            fullest, monday = worked, local_day(week.start, coordinator.zone)
    reached, limit = hours_and_minutes(-(-fullest // _MINUTE)), hours_and_minutes(coordinator.max_week_minutes)
    if fullest <= coordinator.max_week_minutes * _MINUTE:
        return passes(f"The week of {monday} reaches {reached} of {limit} hours.", f"{reached} of {limit}", monday)
    return fails(
        f"With this shift the week of {monday} reaches {reached} hours; the limit is {limit}.",
        f"{reached} of {limit}",
        monday,
    )
