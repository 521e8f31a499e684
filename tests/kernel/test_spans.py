"""Time on the wall becomes exact instants, also in the nights when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import Invalid, Span, day_span, local_day, local_instant, now, week_start, workweek, zone_named
from marketplace.kernel.clock import frozen_at
from tests.world import local_span

NEW_YORK = ZoneInfo("America/New_York")
ONE_DAY = timedelta(days=1)
ZONES = st.sampled_from(
    ["America/New_York", "America/Phoenix", "Asia/Kolkata", "America/Havana", "Australia/Lord_Howe"]
)
DAYS = st.dates(date(2000, 1, 3), date(2100, 12, 20))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_night_in_new_york_lasts_nine_hours_in_autumn_and_seven_in_spring():
    night = (time(22), time(6), NEW_YORK)
    assert local_span(date(2026, 10, 31), *night).minutes == 9 * 60
    assert local_span(date(2026, 3, 7), *night).minutes == 7 * 60
    assert local_span(date(2026, 6, 1), *night).minutes == 8 * 60


def test_half_past_two_does_not_exist_when_the_clocks_go_forward():
    with pytest.raises(Invalid, match=r"^2:30 am on Mar 14, 2027 does not exist in America/Chicago"):
        local_instant(date(2027, 3, 14), time(2, 30), "America/Chicago")
    assert local_instant(date(2027, 3, 14), time(2, 30), "America/Phoenix") == datetime(2027, 3, 14, 9, 30, tzinfo=UTC)


def test_half_past_one_that_comes_twice_is_the_first():
    assert local_instant(date(2026, 11, 1), time(1, 30), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 12, 31), date(2101, 1, 1), date(9999, 12, 31)])
def test_a_year_nobody_can_mean_is_refused(day):
    for reckon in (
        lambda: local_instant(day, time(9), NEW_YORK),
        lambda: local_span(day, time(22), time(6), NEW_YORK),
        lambda: day_span(day, NEW_YORK),
        lambda: workweek(day, NEW_YORK),
    ):
        with pytest.raises(Invalid, match="between 2000 and 2100"):
            reckon()


@pytest.mark.parametrize("name", ["", "Mars/Base", "../etc/passwd", "America", "America/New_York\x00", "/etc/passwd"])
def test_a_zone_that_does_not_exist_is_refused(name):
    with pytest.raises(Invalid, match="Choose a time zone"):
        zone_named(name, "time_zone")


def _is_skipped(day: date, at: time, zone: str) -> bool:
    wall = datetime.combine(day, at, ZoneInfo(zone))
    return wall.astimezone(UTC).astimezone(ZoneInfo(zone)).time() != at


@given(DAYS, st.times(), st.times(), ZONES)
def test_a_local_span_either_exists_and_lasts_or_is_refused(day, start, end, zone):
    skipped = [at for at in (start, end) if _is_skipped(day if at is start or end > start else day + ONE_DAY, at, zone)]
    if skipped:
        with pytest.raises(Invalid, match="does not exist"):
            local_span(day, start, end, zone)
        return
    span = local_span(day, start, end, zone)
    assert timedelta(0) < span.end - span.start <= timedelta(hours=25)
    assert span.start.astimezone(ZoneInfo(zone)).time() == start
    assert local_day(span.start, zone) == day


@given(DAYS, ZONES)
def test_days_and_weeks_follow_each_other_without_gap(day, zone):
    week = workweek(day, zone)
    assert week_start(day).weekday() == 0
    assert week.end == workweek(day + timedelta(days=7), zone).start
    assert abs(week.minutes - 168 * 60) <= 60
    assert week.contains(day_span(day, zone))
    assert day_span(day, zone).end == day_span(day + timedelta(days=1), zone).start


def test_where_clocks_go_forward_at_midnight_the_day_begins_at_the_jump():
    assert local_day(day_span(date(2026, 3, 8), "America/Havana").start, "America/Havana") == date(2026, 3, 8)
    assert day_span(date(2026, 3, 8), "America/Havana").minutes == 23 * 60


@given(INSTANTS, st.integers(1, 5000), INSTANTS, st.integers(1, 5000))
def test_overlap_and_intersection_agree(first, length, second, other_length):
    a, b = Span(first, first + timedelta(minutes=length)), Span(second, second + timedelta(minutes=other_length))
    shared = a.intersection(b)
    assert (shared is not None) == a.overlaps(b) == b.overlaps(a)
    if shared is not None:
        assert a.contains(shared)
        assert b.contains(shared)
    assert a.widened(60).contains(a)
    assert a.widened(60).minutes == a.minutes + 120


def test_one_shift_ending_as_another_starts_is_no_overlap():
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert not Span(noon - hour, noon).overlaps(Span(noon, noon + hour))
    assert Span(noon, noon + hour).contains(noon)
    assert not Span(noon - hour, noon).contains(noon)


def test_a_span_has_a_length_and_a_zone():
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    with pytest.raises(Invalid, match="The end must be after the start"):
        Span(noon, noon)
    with pytest.raises(ValueError, match="aware"):
        Span(datetime(2026, 6, 1), noon)  # noqa: DTZ001
    assert Span(datetime(2026, 6, 1, 8, tzinfo=NEW_YORK), noon + timedelta(hours=1)).start == noon


def test_the_clock_can_stand_on_another_day():
    moment = datetime(2026, 3, 7, 22, tzinfo=NEW_YORK)
    with frozen_at(moment):
        assert now() == moment
        assert now().tzinfo is UTC
        with frozen_at(moment + timedelta(days=1)):
            assert now() == moment + timedelta(days=1)
        assert now() == moment
    assert now() != moment
    with pytest.raises(ValueError, match="aware"), frozen_at(datetime(2026, 3, 7)):  # noqa: DTZ001
        pass
