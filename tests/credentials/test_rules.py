"""A credential counts only if it holds for the whole shift, and a license only where it gives the right to practise."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.catalogue.compact import MEMBERSHIPS, members_on
from marketplace.credentials.rules import License, covers, expiry_level, licence_covers_state
from marketplace.kernel.spans import Span

NEW_YORK = "America/New_York"
NIGHT = Span(datetime(2026, 12, 1, 3, tzinfo=UTC), datetime(2026, 12, 1, 11, tzinfo=UTC))  # 30 Nov 22:00 – 1 Dec 06:00


@pytest.mark.parametrize(
    ("issued", "expires", "holds"),
    [
        (date(2026, 11, 30), date(2026, 12, 1), True),
        (date(2026, 12, 1), date(2027, 12, 1), False),
        (date(2026, 1, 1), date(2026, 11, 30), False),
        (None, None, True),
        (date(2026, 1, 1), None, True),
    ],
)
def test_a_credential_must_hold_from_the_first_to_the_last_minute(issued, expires, holds):
    assert covers(issued, expires, NIGHT, NEW_YORK) is holds


def test_which_day_it_is_depends_on_where_the_facility_is():
    assert not covers(date(2026, 1, 1), date(2026, 11, 30), NIGHT, NEW_YORK)
    assert covers(date(2026, 1, 1), date(2026, 11, 30), Span(NIGHT.start, NIGHT.start + timedelta(hours=2)), NEW_YORK)
    assert covers(date(2026, 1, 1), date(2026, 12, 1), NIGHT, "Pacific/Auckland") is True


@pytest.mark.parametrize(
    ("days", "level"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, 0), (-400, 0)]
)
def test_reminders_come_at_sixty_thirty_and_seven_days(days, level):
    today = date(2026, 12, 1)
    assert expiry_level(today + timedelta(days=days), today) == level
    assert expiry_level(None, today) is None


TEXAS = License("TX", True, date(2020, 1, 1), date(2028, 1, 1))
NEW_YORK_ONLY = License("NY", False, date(2020, 1, 1), date(2028, 1, 1))


def licence_for(state: str, licenses: list[License], home: str | None, span: Span = NIGHT) -> License | None:
    return licence_covers_state(licenses, state, home, members_on, span, NEW_YORK)


@pytest.mark.parametrize(
    ("state", "licenses", "home", "found"),
    [
        ("NY", [NEW_YORK_ONLY], "NY", NEW_YORK_ONLY),
        ("FL", [TEXAS], "TX", TEXAS),
        ("TX", [TEXAS], "TX", TEXAS),
        ("TX", [TEXAS], "NY", TEXAS),  # in the issuing state itself it is a license like any other
        ("FL", [TEXAS], "NY", None),  # moved away: no privilege any more
        ("FL", [TEXAS], None, None),
        ("NY", [TEXAS], "TX", None),  # New York is not in the compact
        ("FL", [License("TX", False, None, None)], "TX", None),
        ("FL", [License("NY", True, None, None)], "NY", None),
        ("FL", [License("TX", True, date(2020, 1, 1), date(2026, 11, 30))], "TX", None),
        ("FL", [], "TX", None),
        ("NY", [TEXAS, NEW_YORK_ONLY], "TX", NEW_YORK_ONLY),
    ],
)
def test_a_patient_state_needs_its_own_licence_or_the_compact(state, licenses, home, found):
    assert licence_for(state, licenses, home) is found


def test_a_state_counts_from_the_day_it_joined():
    before = Span(datetime(2025, 9, 30, 3, tzinfo=UTC), datetime(2025, 9, 30, 20, tzinfo=UTC))
    across = Span(datetime(2025, 10, 1, 1, tzinfo=UTC), datetime(2025, 10, 1, 9, tzinfo=UTC))  # begins 30 September
    after = Span(datetime(2025, 10, 1, 13, tzinfo=UTC), datetime(2025, 10, 1, 21, tzinfo=UTC))
    assert [licence_for("CT", [TEXAS], "TX", span) for span in (before, across, after)] == [None, None, TEXAS]


def test_the_table_of_members_has_each_state_once_and_none_that_never_joined():
    states = [one.state for one in MEMBERSHIPS]
    assert len(states) == len(set(states)) == 40
    assert not {"CA", "NY", "HI", "OR", "NV", "IL", "MI", "MN", "AK", "DC"} & set(states)
    assert members_on(date(2018, 1, 18)) == frozenset()
    assert "OH" not in members_on(date(2022, 12, 31))
    assert "OH" in members_on(date(2023, 1, 1))
