"""The demo starts at every hour of every day, also while the day in UTC is already the next one."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from marketplace.demo import weeks
from marketplace.demo.world import build
from marketplace.kernel.clock import frozen_at
from marketplace.payouts.models import PayRun

SOON_AFTER_MIDNIGHT = datetime(2026, 12, 1, 0, 40, tzinfo=UTC)
"""Still November 30 at every desk in the United States."""

FRIDAY_EVENING = datetime(2026, 12, 4, 23, 30, tzinfo=UTC)
"""The week before has been billed, and its pay run is due."""


@pytest.mark.committed
@pytest.mark.parametrize("moment", [SOON_AFTER_MIDNIGHT, FRIDAY_EVENING], ids=["midnight in UTC", "Friday evening"])
def test_the_demo_starts_at_any_hour_of_any_day(
    session, site, monkeypatch: pytest.MonkeyPatch, moment: datetime
) -> None:
    monkeypatch.setattr(weeks, "WEEKS_BEHIND", 4)  # the weeks before bring nothing else
    with frozen_at(moment):
        build()
    assert session.scalar(select(func.count(PayRun.id))) > 3
