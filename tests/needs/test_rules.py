"""A pattern in local time becomes exact shifts, through every change of clocks, and its price is known before posting."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import Holiday, Invalid
from marketplace.kernel.holidays import federal_holidays
from marketplace.needs.rules import MOST_OCCURRENCES, WEEKDAYS, WEEKLY, Pattern, left_out, occurrences

NEW_YORK = "America/New_York"


def pattern(
    start: str, end: str, repeat: str | tuple[int, ...] = "", until: str = "", also_on: tuple[date, ...] = ()
) -> Pattern:
    last = date.fromisoformat(until) if until else None
    return Pattern(datetime.fromisoformat(start), datetime.fromisoformat(end), repeat, last, also_on)


def days(wanted: Pattern, zone: str = NEW_YORK) -> list[date]:
    return [occurrence.local_day for occurrence in occurrences(wanted, zone)]


def test_a_night_in_new_york_is_nine_hours_in_autumn_and_seven_in_spring():
    (autumn,) = occurrences(pattern("2026-10-31 22:00", "2026-11-01 06:00"), NEW_YORK)
    (spring,) = occurrences(pattern("2026-03-07 22:00", "2026-03-08 06:00"), NEW_YORK)
    assert (autumn.span.minutes, spring.span.minutes) == (540, 420)
    assert (autumn.local_day, spring.local_day) == (date(2026, 10, 31), date(2026, 3, 7))


def test_sunday_nine_stays_at_nine_in_the_week_the_clocks_change():
    shifts = occurrences(pattern("2026-03-01 09:00", "2026-03-01 12:00", WEEKLY, "2026-03-15"), NEW_YORK)
    assert [each.span.start for each in shifts] == [
        datetime(2026, 3, 1, 14, tzinfo=UTC),
        datetime(2026, 3, 8, 13, tzinfo=UTC),
        datetime(2026, 3, 15, 13, tzinfo=UTC),
    ]
    assert {each.span.minutes for each in shifts} == {180}


def test_weekdays_begin_with_the_first_monday_to_friday_and_include_the_last_day():
    saturday = pattern("2026-12-05 09:00", "2026-12-05 17:00", WEEKDAYS, "2026-12-14")
    assert days(saturday) == [date(2026, 12, day) for day in (7, 8, 9, 10, 11, 14)]
    wednesday = pattern("2026-12-02 09:00", "2026-12-02 17:00", WEEKDAYS, "2026-12-04")
    assert days(wednesday) == [date(2026, 12, day) for day in (2, 3, 4)]


def test_weekly_keeps_its_weekday_up_to_and_including_the_last_day():
    assert days(pattern("2026-12-01 22:00", "2026-12-02 06:00", WEEKLY, "2026-12-15")) == [
        date(2026, 12, 1),
        date(2026, 12, 8),
        date(2026, 12, 15),
    ]


def test_chosen_weekdays_and_single_days():
    tuesday_and_sunday = pattern("2026-12-02 09:00", "2026-12-02 17:00", (1, 6), "2026-12-13")
    assert days(tuesday_and_sunday) == [date(2026, 12, day) for day in (6, 8, 13)]
    several = pattern("2026-12-02 09:00", "2026-12-02 17:00", also_on=(date(2026, 12, 24), date(2026, 12, 2)))
    assert days(several) == [date(2026, 12, 2), date(2026, 12, 24)]


@pytest.mark.parametrize(
    ("wanted", "field", "sentence"),
    [
        (pattern("2027-03-14 02:30", "2027-03-14 08:00"), "starts_local", "2:30 am on Mar 14, 2027 does not exist"),
        (pattern("2027-03-13 22:00", "2027-03-14 02:30"), "ends_local", "2:30 am on Mar 14, 2027 does not exist"),
        (pattern("2027-03-07 02:30", "2027-03-07 08:00", WEEKLY, "2027-03-21"), "starts_local", "Mar 14, 2027"),
        (pattern("2026-12-01 09:00", "2026-12-01 08:00"), "ends_local", "after the start"),
        (pattern("2026-12-01 09:00", "2026-12-01 09:00"), "ends_local", "after the start"),
        (pattern("2026-12-01 09:00", "2026-12-02 09:01"), "ends_local", "at most 24 hours"),
        (pattern("0001-01-01 00:00", "2026-12-01 09:01"), "starts_local", "between 2000 and 2100"),
        (pattern("0001-01-01 00:00", "0001-01-01 09:00"), "starts_local", "between 2000 and 2100"),
        (pattern("2026-12-01 20:00", "9999-12-31 22:00"), "ends_local", "between 2000 and 2100"),
        (pattern("9999-12-31 20:00", "9999-12-31 22:00"), "starts_local", "between 2000 and 2100"),
        (pattern("2026-12-01 09:00", "2026-12-01 09:14"), "ends_local", "at least 15 minutes"),
        (pattern("2026-03-08 01:50", "2026-03-08 03:04"), "ends_local", "at least 15 minutes"),
        (pattern("2026-12-01 09:00", "2026-12-01 17:00", WEEKLY), "until", "until which day"),
        (pattern("2026-12-01 09:00", "2026-12-01 17:00", WEEKLY, "2026-11-30"), "until", "must not be before"),
        (pattern("2026-12-01 09:00", "2026-12-01 17:00", "", "2026-12-30"), "until", "how the shift repeats"),
        (pattern("2026-12-05 09:00", "2026-12-05 17:00", WEEKDAYS, "2026-12-06"), "until", "No such weekday"),
        (pattern("2026-12-01 09:00", "2026-12-01 17:00", "DAILY", "2026-12-06"), "repeat", "WEEKLY"),
        (pattern("2026-12-01 09:00", "2026-12-01 17:00", (7,), "2026-12-06"), "repeat", "WEEKLY"),
        (pattern("2026-12-01 09:00", "2026-12-01 17:00", WEEKDAYS, "2028-12-06"), "until", "more than 370"),
        (pattern("2026-12-01 09:00", "2026-12-01 17:00", WEEKLY, "9999-12-31"), "until", "more than 370"),
    ],
)
def test_what_cannot_be_posted_is_refused_at_its_field(wanted, field, sentence):
    with pytest.raises(Invalid, match=sentence) as refusal:
        occurrences(wanted, NEW_YORK)
    assert refusal.value.field == field


def test_where_clocks_never_change_half_past_two_is_a_time_like_any_other():
    (shift,) = occurrences(pattern("2027-03-14 02:30", "2027-03-14 08:00"), "America/Phoenix")
    assert shift.span.minutes == 330


def test_a_day_and_night_shift_of_24_hours_may_follow_itself():
    shifts = occurrences(pattern("2026-10-30 07:00", "2026-10-31 07:00", tuple(range(7)), "2026-11-02"), NEW_YORK)
    assert [each.span.minutes for each in shifts] == [1440, 1500, 1440, 1440]
    assert all(left.span.end == right.span.start for left, right in pairwise(shifts))


@given(
    st.dates(date(2025, 1, 1), date(2030, 1, 1)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(15, 1440),
    st.sampled_from([WEEKLY, WEEKDAYS, (0, 2, 4), (5, 6)]),
    st.integers(0, 120),
    st.sampled_from([NEW_YORK, "America/Phoenix", "Europe/Berlin", "Asia/Manila"]),
)
def test_a_pattern_keeps_its_local_times_and_never_overlaps_itself(first, at, length, repeat, more_days, zone):
    start = datetime.combine(first, at)
    wanted = Pattern(start, start + timedelta(minutes=length), repeat, first + timedelta(days=more_days))
    try:
        shifts = occurrences(wanted, zone)
    except Invalid as refusal:
        assert refusal.field in ("starts_local", "ends_local", "until")  # noqa: PT017
        return
    assert 1 <= len(shifts) <= MOST_OCCURRENCES
    assert all(first <= each.local_day <= first + timedelta(days=more_days) for each in shifts)
    assert all(left.span.end <= right.span.start for left, right in pairwise(shifts))
    assert all(abs(each.span.minutes - length) <= 60 for each in shifts)


def test_an_ambiguous_end_is_the_first_of_the_two():
    (shift,) = occurrences(pattern("2026-10-31 22:00", "2026-11-01 01:30"), NEW_YORK)
    assert shift.span.minutes == 210


# ---- holidays ---------------------------------------------------------------------------------------------------


def test_the_holidays_of_a_year_are_those_of_the_law_with_the_days_observed_beside_a_weekend():
    assert [(kept.day.isoformat()[5:], kept.holiday.value, kept.observed) for kept in federal_holidays(2027).values()] == [
        ("01-01", "new_year", False),
        ("01-18", "king", False),
        ("02-15", "washington", False),
        ("05-31", "memorial", False),
        ("06-18", "juneteenth", True),
        ("06-19", "juneteenth", False),
        ("07-04", "independence", False),
        ("07-05", "independence", True),
        ("09-06", "labor", False),
        ("10-11", "columbus", False),
        ("11-11", "veterans", False),
        ("11-25", "thanksgiving", False),
        ("12-24", "christmas", True),
        ("12-25", "christmas", False),
        ("12-31", "new_year", True),
    ]  # fmt: skip
    assert [day.isoformat() for day in federal_holidays(2028)][:2] == ["2028-01-01", "2028-01-17"]
    assert date(2020, 6, 19) not in federal_holidays(2020), "Juneteenth is kept since 2021"


@pytest.mark.parametrize("year", range(2000, 2101))
def test_no_year_has_a_monday_to_friday_week_without_its_ten_or_eleven_days_off(year):
    off = [day for day in federal_holidays(year) if day.weekday() < 5]
    assert len(off) in ((9, 10, 11) if year < 2021 else (10, 11, 12))


def test_a_weekly_pattern_leaves_out_holidays_when_asked_and_names_them():
    wanted = pattern("2026-12-21 09:00", "2026-12-21 17:00", WEEKDAYS, "2027-01-08")
    assert len(days(wanted)) == 15
    assert left_out(wanted) == []
    without = replace(wanted, leave_out_holidays=True)
    assert [(kept.day, kept.holiday) for kept in left_out(without)] == [
        (date(2026, 12, 25), Holiday.CHRISTMAS),
        (date(2027, 1, 1), Holiday.NEW_YEAR),
    ]
    assert set(days(wanted)) - set(days(without)) == {date(2026, 12, 25), date(2027, 1, 1)}


def test_a_holiday_written_as_a_single_day_is_worked():
    christmas = date(2026, 12, 25)
    wanted = pattern("2026-12-21 09:00", "2026-12-21 17:00", WEEKDAYS, "2027-01-08", (christmas,))
    without = replace(wanted, leave_out_holidays=True)
    assert christmas in days(without)
    assert [kept.holiday for kept in left_out(without)] == [Holiday.NEW_YEAR]
    alone = replace(pattern("2026-12-25 09:00", "2026-12-25 17:00"), leave_out_holidays=True)
    assert days(alone) == [christmas]


def test_a_pattern_of_holidays_alone_is_refused():
    christmas = replace(pattern("2026-12-25 09:00", "2026-12-25 17:00", WEEKLY, "2027-01-01"), leave_out_holidays=True)
    with pytest.raises(Invalid, match="Only holidays") as refusal:
        occurrences(christmas, NEW_YORK)
    assert refusal.value.field == "until"
