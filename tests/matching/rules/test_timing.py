"""Time: availability in the coordinator's own zone, nights the clocks change, rest, and the week's hours."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel import LocalSpan, Span
from marketplace.matching.facts import BookingFacts, Window
from marketplace.matching.rules.timing import covers, first_moment, local_days, local_weeks, minutes_within
from tests.matching.cast import (
    ANA,
    BILLING,
    CONTEXT,
    EVERY_DAY,
    NEW_YORK,
    ana,
    at,
    billing,
    booking,
    refusals,
    span,
    verdict_of,
)
from tests.matching.reference import days_of, minutes_open, week_minutes
from tests.matching.strategies import spans, windows, zones

MANILA = "Asia/Manila"
NIGHTS = tuple(Window(weekday, 1080, 360) for weekday in range(5))  # Mon-Fri 18:00-06:00


def covered(windows: tuple[Window, ...], start: str, end: str, zone: str = NEW_YORK) -> bool:
    return covers(windows, span(start, end, zone), zone)


def test_overnight_availability_covers_a_night_and_ends_on_saturday_morning() -> None:
    assert covered(NIGHTS, "2026-12-04 22:00", "2026-12-05 06:00")  # Friday night
    assert not covered(NIGHTS, "2026-12-04 22:00", "2026-12-05 06:01")
    assert not covered(NIGHTS, "2026-12-05 22:00", "2026-12-06 06:00")  # Saturday night
    assert covered(NIGHTS, "2026-12-01 00:00", "2026-12-01 06:00")  # the small hours belong to Monday's night
    assert not covered(NIGHTS, "2026-11-30 00:00", "2026-11-30 06:00")  # no Sunday night


def test_days_that_touch_at_midnight_are_one_stretch() -> None:
    assert covered(EVERY_DAY, "2026-12-01 20:00", "2026-12-03 04:00")
    assert covered((Window(0, 600, 1440), Window(1, 0, 300)), "2026-11-30 23:00", "2026-12-01 04:00")
    assert not covered((Window(0, 600, 1440), Window(1, 1, 300)), "2026-11-30 23:00", "2026-12-01 04:00")


def test_availability_is_read_in_the_coordinators_own_zone() -> None:
    manila_nights = tuple(Window(weekday, 1200, 480) for weekday in range(7))  # 20:00-08:00
    assert refusals(ana(zone=MANILA, availability=manila_nights), BILLING) == {}  # 22:00-06:00 in Manila
    daytime = tuple(Window(weekday, 480, 1080) for weekday in range(7))
    assert refusals(ana(zone=MANILA, availability=daytime), BILLING) == {
        "availability": "The whole shift is outside the stated availability: "
        "the local time is Dec 1, 2026, 10:00 pm to 6:00 am (Manila)."
    }


def test_the_part_outside_is_told_in_hours() -> None:
    assert refusals(ana(availability=(Window(1, 600, 960),)), BILLING) == {
        "availability": "2 h of 8 h are outside the stated availability: "
        "the local time is Dec 1, 2026, 9:00 am to 5:00 pm (New York)."
    }
    assert refusals(ana(availability=()), BILLING) == {"availability": "No availability is stated."}


def test_a_night_in_new_york_is_nine_hours_in_autumn_and_seven_in_spring_and_both_are_covered() -> None:
    every_night = tuple(Window(weekday, 1320, 360) for weekday in range(7))  # 22:00-06:00
    autumn = span("2026-10-31 22:00", "2026-11-01 06:00")
    spring = span("2026-03-07 22:00", "2026-03-08 06:00")
    assert (autumn.minutes, spring.minutes) == (9 * 60, 7 * 60)
    for night in (autumn, spring):
        assert covers(every_night, night, NEW_YORK)
        assert minutes_within(every_night, night.widened(600), NEW_YORK) == night.minutes


def test_the_skipped_half_past_two_begins_when_the_clock_jumps() -> None:
    assert first_moment(date(2026, 3, 8), 150, NEW_YORK) == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert first_moment(date(2026, 3, 8), 180, NEW_YORK) == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert first_moment(date(2026, 3, 7), 1440 + 150, NEW_YORK) == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_half_past_one_that_comes_twice_is_the_first() -> None:
    assert first_moment(date(2026, 11, 1), 90, NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_midnight_that_is_skipped_begins_when_the_clock_jumps() -> None:
    # In Havana the clock goes from 00:00 to 01:00 on 8 March 2026.
    assert first_moment(date(2026, 3, 8), 0, "America/Havana") == datetime(2026, 3, 8, 5, tzinfo=UTC)


@settings(max_examples=150, deadline=None)
@given(windows(), spans(), zones)
def test_availability_agrees_with_walking_through_every_minute(
    held: tuple[Window, ...], wanted: Span, zone: str
) -> None:
    within = minutes_open(held, wanted, zone)
    assert minutes_within(held, wanted, zone) == within
    assert covers(held, wanted, zone) == (within == wanted.minutes)


@settings(max_examples=150, deadline=None)
@given(spans(longest=5000), zones)
def test_the_days_of_a_shift_are_those_its_minutes_fall_on(wanted: Span, zone: str) -> None:
    assert set(local_days(wanted, zone)) == days_of(wanted, zone)


@given(spans(longest=20_000), zones)
def test_the_weeks_of_a_shift_follow_each_other_and_hold_it(wanted: Span, zone: str) -> None:
    weeks = local_weeks(wanted, zone)
    assert weeks[0].start <= wanted.start
    assert wanted.end <= weeks[-1].end
    assert all(week.overlaps(wanted) for week in weeks)
    assert all(earlier.end == later.start for earlier, later in itertools.pairwise(weeks))


@settings(max_examples=100, deadline=None)
@given(st.lists(spans(), max_size=4), spans(), zones, st.integers(1, 3000))
def test_the_weekly_limit_agrees_with_counting_every_minute(
    held: list[Span], wanted: Span, zone: str, limit: int
) -> None:
    bookings = tuple(BookingFacts(each, 900 + n, 2) for n, each in enumerate(held))
    coordinator = ana(zone=zone, bookings=bookings, max_week_minutes=limit)
    fullest = max(week_minutes(coordinator, billing(span=wanted)).values())
    assert ("weekly_hours" in refusals(coordinator, billing(span=wanted))) == (fullest > limit)


def test_the_week_runs_from_monday_to_monday_where_the_coordinator_is() -> None:
    # 09:00-17:00 on Sunday in New York is 22:00 on Sunday to 06:00 on Monday in Manila: 2 h and 6 h.
    sunday = billing(span=span("2026-12-06 09:00", "2026-12-06 17:00"))
    for zone, limit, allowed in (
        (NEW_YORK, 480, True),
        (NEW_YORK, 479, False),
        (MANILA, 360, True),
        (MANILA, 359, False),
    ):
        coordinator = ana(zone=zone, max_week_minutes=limit)
        assert (refusals(coordinator, sunday) == {}) is allowed


def test_hours_already_booked_in_the_same_week_count_wherever_they_are() -> None:
    booked = tuple(booking(f"2026-12-0{day} 09:00", f"2026-12-0{day} 17:00") for day in (2, 3, 4, 5))
    assert refusals(ana(bookings=booked), BILLING) == {}
    friday_more = (*booked, booking("2026-12-06 09:00", "2026-12-06 09:01"))
    assert refusals(ana(bookings=friday_more), BILLING) == {
        "weekly_hours": "With this shift the week of Nov 30, 2026 reaches 40 h 1 min; the limit is 40 h."
    }
    next_week = (*booked, booking("2026-12-07 00:00", "2026-12-07 08:00"))
    assert refusals(ana(bookings=next_week), BILLING) == {}


def test_a_week_with_the_autumn_hour_counts_it() -> None:
    night = billing(span=span("2026-10-31 22:00", "2026-11-01 06:00"))
    assert refusals(ana(max_week_minutes=540), night, replace(CONTEXT, as_of=at("2026-10-01 00:00"))) == {}
    assert list(refusals(ana(max_week_minutes=539), night, replace(CONTEXT, as_of=at("2026-10-01 00:00")))) == [
        "weekly_hours"
    ]


def test_shifts_that_touch_do_not_overlap_and_one_minute_more_does() -> None:
    tireless = ana(rest_minutes=0, bookings=(booking("2026-12-01 17:00", "2026-12-01 20:00"),))
    assert refusals(tireless, BILLING) == {}
    early = ana(rest_minutes=0, bookings=(booking("2026-12-01 16:59", "2026-12-01 20:00"),))
    assert refusals(early, BILLING) == {"overlap": "Already booked from Dec 1, 2026, 4:59 pm to 8:00 pm (New York)."}


def test_somebody_on_the_shift_already_is_told_so() -> None:
    on_it = BookingFacts(BILLING.span, BILLING.id, BILLING.facility_id)
    assert refusals(ana(bookings=(on_it,)), BILLING) == {"overlap": "Already booked on this shift."}


@pytest.mark.parametrize(
    ("start", "end", "side"),
    [
        ("2026-11-30 20:00", "2026-12-01 01:01", "since the shift before"),
        ("2026-12-02 00:59", "2026-12-02 05:00", "until the next shift"),
    ],
)
def test_rest_is_asked_for_on_both_sides(start: str, end: str, side: str) -> None:
    said = refusals(ana(bookings=(booking(start, end),)), BILLING)
    assert said["rest"].startswith(f"Only 7 h 59 min of rest {side}, ")
    assert said["rest"].endswith("; 8 h are needed.")
    assert refusals(ana(bookings=(booking(start, end),), rest_minutes=479), BILLING) == {}


def test_shifts_that_touch_leave_no_rest_at_all() -> None:
    said = refusals(ana(bookings=(booking("2026-12-01 05:00", "2026-12-01 09:00"),)), BILLING)
    assert said["rest"].startswith("Only 0 min of rest since the shift before, ")


@given(st.integers(-2000, 2000), st.integers(1, 600), st.integers(0, 900))
def test_rest_is_kept_exactly_when_the_gap_is_long_enough(offset: int, length: int, wanted: int) -> None:
    start = BILLING.span.start + timedelta(minutes=offset)
    other = BookingFacts(Span(start, start + timedelta(minutes=length)), 900, 2)
    said = refusals(ana(bookings=(other,), rest_minutes=wanted, max_week_minutes=9000), BILLING)
    if other.span.overlaps(BILLING.span):
        assert list(said) == ["overlap"]
    else:
        gap = max(other.span.start - BILLING.span.end, BILLING.span.start - other.span.end)
        assert list(said) == (["rest"] if gap < timedelta(minutes=wanted) else [])


def test_time_off_that_ends_as_the_shift_starts_is_not_in_the_way() -> None:
    assert refusals(ana(time_off=(span("2026-11-30 00:00", "2026-12-01 09:00"),)), BILLING) == {}
    assert refusals(ana(time_off=(span("2026-11-30 00:00", "2026-12-01 09:01"),)), BILLING) == {
        "time_off": "Time off from Nov 30, 2026, 12:00 am to Dec 1, 2026, 9:01 am (New York)."
    }


def test_a_datum_names_the_local_day() -> None:
    verdict = verdict_of("availability", replace(ANA, zone=MANILA), BILLING)
    assert verdict.datum == LocalSpan(BILLING.span.start, BILLING.span.end, MANILA)
    assert verdict.datum_date == date(2026, 12, 1)


@pytest.mark.parametrize(("weekday", "start", "end"), [(7, 0, 60), (0, -1, 60), (0, 1440, 60), (0, 0, 1441)])
def test_a_window_outside_the_week_is_refused(weekday: int, start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a weekly window"):
        Window(weekday, start, end)
