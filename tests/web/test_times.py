"""Days and times on a page: the day and the hour are those of one clock, also late in the evening."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import Babel

from marketplace.kernel import Span, zone_name
from marketplace.web import filters

# Half past eight in the evening of Wednesday in Chicago; in UTC it is Thursday.
EVENING = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Asia/Manila"])
def reader(request: pytest.FixtureRequest) -> Iterator[str]:
    """Somebody reads a page, wherever: a place's day stays that of the place."""
    app = Flask("pages")
    Babel(app, timezone_selector=lambda: request.param)
    with app.test_request_context():
        yield request.param


def test_the_day_of_a_shift_is_the_day_at_its_place(reader: str) -> None:
    assert filters.day(EVENING, "America/Chicago") == "Wed, Nov 25"
    assert filters.day(datetime(2026, 11, 26, 6, 30, tzinfo=UTC), "America/Chicago") == "Thu, Nov 26"


def test_a_moment_has_day_and_hour_of_one_clock(reader: str) -> None:
    assert filters.moment(EVENING, "America/Chicago") == "Nov 25, 2026, 8:30 pm CST"


def test_without_a_place_it_is_the_readers_clock(reader: str) -> None:
    says = {
        "UTC": "Nov 26, 2026, 2:30 am UTC",
        "America/Los_Angeles": "Nov 25, 2026, 6:30 pm PST",
        "Asia/Manila": "Nov 26, 2026, 10:30 am PHT",
    }[reader]
    assert filters.moment(EVENING) == says
    assert filters.short_date(EVENING) == says[:12]


def test_a_plain_day_is_moved_nowhere(reader: str) -> None:
    assert filters.day(date(2026, 11, 25)) == "Wed, Nov 25"
    assert filters.short_date(date(2026, 11, 25)) == "Nov 25, 2026"


def test_a_zone_without_letters_says_how_far_it_is_from_utc(reader: str) -> None:
    assert zone_name(EVENING, "America/Bogota") == "UTC-5"
    assert zone_name(EVENING, "America/Sao_Paulo") == "UTC-3"
    assert zone_name(EVENING, "Asia/Kathmandu") == "UTC+5:45"
    span = Span(EVENING, datetime(2026, 11, 26, 6, 30, tzinfo=UTC))
    assert filters.times(span, "America/Bogota") == "9:30 pm – 1:30 am UTC-5 (+1)"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/New_York", "New York ("),
        ("America/Indiana/Indianapolis", "Indianapolis ("),
        ("America/Bogota", "Bogota (UTC-5)"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_named_by_its_place(zone: str, words: str) -> None:
    assert filters.zone_words(zone).startswith(words)


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8.5", "curl/8.5"),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(user_agent: str, said: str) -> None:
    assert filters.browser(user_agent) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 min"), (27, "27 min"), (180, "3 h"), (200, "3 h 20 min"), (1500, "25 h"), (4320, "3 days")],
)
def test_a_stretch_of_time_as_people_say_it(reader: str, minutes: int, said: str) -> None:
    assert filters.how_long(minutes) == said
