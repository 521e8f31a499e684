"""A week drawn: who stands where, in which lane, and how many seats are filled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import Span
from marketplace.schedules.views.calendar_grid import Block
from marketplace.schedules.views.timegrid import timegrid

MONDAY = date(2026, 11, 23)
DAYS = [MONDAY + timedelta(days=number) for number in range(7)]


def block(start: datetime, minutes: int, zone: str = "UTC") -> Block:
    return Block(
        "/shifts/1",
        "Triage",
        "Maya",
        "confirmed",
        "confirmed",
        Span(start, start + timedelta(minutes=minutes)),
        zone,
        "r",
    )


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23 + day, hour, minute, tzinfo=UTC)


def test_a_shift_stands_at_its_half_hour() -> None:
    grid = timegrid([block(at(0, 9), 480)], DAYS)
    (piece,) = grid.columns[0]
    assert (piece["at"], piece["for"], piece["lane"], piece["lanes"]) == (5, 16, 1, 1)
    assert (grid.hours[0], grid.hours[-1]) == ("7am", "6pm")


def test_a_night_stands_on_both_its_days() -> None:
    grid = timegrid([block(at(0, 22), 480)], DAYS)
    (evening,), (morning,) = grid.columns[0], grid.columns[1]
    assert (evening["at"], evening["for"]) == (45, 4)
    assert (morning["at"], morning["for"]) == (1, 12)


def test_a_night_that_began_before_the_week_is_seen_on_its_first_morning() -> None:
    grid = timegrid([block(at(0, 0) - timedelta(hours=2), 480)], DAYS)
    assert [len(column) for column in grid.columns] == [1, 0, 0, 0, 0, 0, 0]


def test_a_shift_alone_is_as_wide_as_three_side_by_side_on_the_same_day() -> None:
    alone, *together = timegrid([block(at(0, 7), 60), *[block(at(0, 12), 60)] * 3], DAYS).columns[0]
    assert (alone["lane"], alone["spans"]) == (1, 3)
    assert [piece["lane"] for piece in together] == [1, 2, 3]
    assert not any("spans" in piece for piece in together)


def test_shifts_that_meet_within_a_half_hour_stand_side_by_side() -> None:
    grid = timegrid([block(at(0, 9), 15), block(at(0, 9, 15), 45)], DAYS)
    assert [piece["lane"] for piece in grid.columns[0]] == [1, 2]


def test_a_seventh_at_the_same_hour_is_counted_not_drawn() -> None:
    grid = timegrid([block(at(2, 9), 60)] * 8, DAYS)
    assert len(grid.columns[2]) == 6
    assert grid.left_out == 2


spans = st.lists(
    st.tuples(st.integers(0, 7 * 24 * 4 - 1), st.integers(1, 96)).map(
        lambda pair: block(at(0, 0) + timedelta(minutes=15 * pair[0]), 15 * pair[1])
    ),
    max_size=20,
)


@given(spans)
def test_nothing_overlaps_in_a_lane_and_everything_stays_inside_the_grid(blocks: list[Block]) -> None:
    grid = timegrid([replace(one, zone="America/Chicago") for one in blocks], DAYS)
    rows = len(grid.hours) * 2
    for column in grid.columns:
        for piece in column:
            assert 1 <= piece["at"] <= rows <= 48
            assert piece["for"] >= 1
            assert piece["at"] + piece["for"] - 1 <= rows
            assert piece["lane"] <= piece["lanes"] <= 6
