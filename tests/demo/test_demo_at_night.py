"""The demo starts at every hour, also while the day in UTC is already the next one."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from marketplace.demo.world import build
from marketplace.kernel.clock import frozen_at
from marketplace.payouts.models import PayRun

SOON_AFTER_MIDNIGHT = datetime(2026, 12, 1, 0, 40, tzinfo=UTC)
"""Still November 30 at every desk in the United States."""


@pytest.mark.committed
def test_the_demo_starts_soon_after_midnight_in_utc(session, site):
    with frozen_at(SOON_AFTER_MIDNIGHT):
        build()
    assert session.scalar(select(func.count(PayRun.id))) > 0
