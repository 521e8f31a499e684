"""The fair shares of the month before, written to everybody at the agency who may read reports."""

from datetime import datetime, time, timedelta

from sqlalchemy.dialects.postgresql import insert

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission, roles_that_may
from marketplace.accounts.queries import agency, members_of
from marketplace.db import session
from marketplace.kernel import local_day, local_instant
from marketplace.plans.queries import settings
from marketplace.reports.fairness import fairness, span_of_month
from marketplace.reports.models import FairnessLetter
from marketplace.reports.notifications import notify_fair_shares
from marketplace.reports.rules import month_before

MORNING = time(6)
"""On the first of the month, on the agency's clock, before anybody's day begins."""

LATE_BY = timedelta(days=7)
"""Where no worker ran on the first, the letter comes late; after a week it would be no news."""


def write_fair_shares(at: datetime, zone: str) -> int:
    """Write the letters that are due at this moment on the agency's clock. Returns how many; 0 the second time.

    Nothing is written where there was nothing to share out. Who runs at the same moment waits for the first to finish.
    """
    first = local_day(at, zone).replace(day=1)
    due = local_instant(first, MORNING, zone)
    if not due <= at < due + LATE_BY:
        return 0
    month = month_before(first)
    mine = session.scalar(
        insert(FairnessLetter)
        .values(month=month, written_at=at)
        .on_conflict_do_nothing()
        .returning(FairnessLetter.month)
    )
    if mine is None:
        return 0
    bound = settings().fair_percent
    found = fairness(span_of_month(month, zone), bound)
    if not any(any(share.amounts.values()) for share in found.shares):
        return 0
    readers = _readers()
    notify_fair_shares(readers, month, found, bound)
    return len(readers)


def _readers() -> list[Person]:
    return members_of(agency().id, roles_that_may(Permission.REPORT_SEE))
