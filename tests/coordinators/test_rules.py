"""A coordinator's facts and typical week: what is taken, what is refused, and that hours read back as written."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.coordinators.rules import (
    DAY,
    LIFE,
    CoordinatorDraft,
    CoordinatorState,
    WeeklyHours,
    checked,
    read_availability,
    stretch,
    tidy,
    written,
)
from marketplace.kernel import Invalid, NotAllowedNow

LINES = {"prior-auth", "triage"}
GOOD = CoordinatorDraft(
    "maya@people.example", "Maya Torres", "US", "America/Los_Angeles", work_state="CA", service_lines=("prior-auth",)
)


def test_a_good_draft_is_taken_as_it_is():
    assert checked(GOOD, LINES) == GOOD


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"country": "XX"}, "country"),
        ({"country": "USA"}, "country"),
        ({"country": "MX"}, "work_state"),
        ({"work_state": "ZZ"}, "work_state"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"service_lines": ("surgery",)}, "service_lines"),
        ({"languages": ("klingon",)}, "languages"),
        ({"ehr": ("x" * 61,)}, "ehr"),
        ({"years_experience": -1}, "years_experience"),
        ({"years_experience": 71}, "years_experience"),
        ({"education": "doctor"}, "education"),
        ({"min_pay_cents": -1}, "min_pay_cents"),
        ({"max_week_minutes": 0}, "max_week_minutes"),
        ({"max_week_minutes": 10_081}, "max_week_minutes"),
        ({"rest_minutes": 1441}, "rest_minutes"),
        ({"rating_tenths": 51}, "rating"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(change, field):
    with pytest.raises(Invalid) as refused:
        checked(replace(GOOD, **change), LINES)
    assert refused.value.field == field


def test_hours_that_end_before_they_begin_run_overnight():
    assert stretch(4, time(18), time(6)) == WeeklyHours(4, 1080, 1800)


def test_the_same_time_twice_is_a_whole_day():
    assert stretch(0, time(9), time(9)) == WeeklyHours(0, 540, 540 + DAY)


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("", ()),
        ("Mon-Fri 00:00-24:00", tuple(WeeklyHours(day, 0, DAY) for day in range(5))),
        ("Sat-Mon 18:00-06:00", tuple(WeeklyHours(day, 1080, 1800) for day in (0, 5, 6))),
        ("mon, WED 9:00-12:30", (WeeklyHours(0, 540, 750), WeeklyHours(2, 540, 750))),
        ("Tue 09:00-12:00; Tue 13:00-17:00", (WeeklyHours(1, 540, 720), WeeklyHours(1, 780, 1020))),
    ],
)
def test_hours_are_read_as_people_write_them(text, week):
    assert read_availability(text) == week


@pytest.mark.parametrize(
    "text",
    ["always", "Mon", "Mon 9-17", "Mon-Funday 09:00-17:00", "Mon 24:00-25:00", "Mon 24:00-06:00", "Mon 09:61-10:00",
     "Mon-Wed-Fri 09:00-17:00", "Mon 09:00-17:00 please", "٠٩:00", "Mon 09:00-17:00\x00"],
)  # fmt: skip
def test_other_hours_are_refused_with_an_example(text):
    with pytest.raises(Invalid, match="Mon-Fri 08:00-17:00") as refused:
        read_availability(text)
    assert refused.value.field == "availability"


hours = st.builds(
    lambda day, start, length: WeeklyHours(day, start, start + length),
    st.integers(0, 6), st.integers(0, DAY - 1), st.integers(1, DAY),
)  # fmt: skip


def _minutes(week):
    return {(one.weekday, minute) for one in week for minute in range(one.start_minute, one.end_minute)}


@given(st.lists(hours, max_size=6))
def test_tidying_a_week_neither_adds_nor_loses_a_minute(week):
    assert _minutes(tidy(week)) == _minutes(week)


@given(st.lists(hours, max_size=6))
def test_a_week_reads_back_as_it_was_written(week):
    kept = tidy(week)
    assert read_availability(written(kept)) == kept


@given(st.text(max_size=60))
def test_any_text_is_a_week_or_is_refused_at_its_field(text):
    try:
        field = "availability" if read_availability(text) is not None else None
    except Invalid as refusal:
        field = refusal.field
    assert field == "availability"


@pytest.mark.parametrize("state", list(CoordinatorState))
@pytest.mark.parametrize("act", ["activate", "pause", "resume"])
def test_a_coordinator_moves_only_as_the_table_says(state, act):
    if LIFE.allows(state, act):
        assert LIFE.after(state, act) in (CoordinatorState.ACTIVE, CoordinatorState.PAUSED)
    else:
        with pytest.raises(NotAllowedNow):
            LIFE.after(state, act)
