"""A credential counts only if it holds for the whole shift, and a license only where it gives the right to practise."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.credentials.rules import expiry_level
from marketplace.kernel import Span

NEW_YORK = "America/New_York"
NIGHT = Span(datetime(2026, 12, 1, 3, tzinfo=UTC), datetime(2026, 12, 1, 11, tzinfo=UTC))  # 30 Nov 22:00 – 1 Dec 06:00


@pytest.mark.parametrize(
    ("days", "level"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, 0), (-400, 0)]
)
def test_reminders_come_at_sixty_thirty_and_seven_days(days, level):
    today = date(2026, 12, 1)
    assert expiry_level(today + timedelta(days=days), today) == level
    assert expiry_level(None, today) is None
