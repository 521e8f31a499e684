"""Jobs that write the reports."""

from marketplace.config import settings_in_force
from marketplace.db import jobs_app
from marketplace.kernel import now
from marketplace.reports.monthly import write_fair_shares as write


@jobs_app.task(name="dashboards.write_fair_shares", queueing_lock="dashboards.write_fair_shares")
def write_fair_shares(timestamp: int = 0) -> int:
    """On the first of each month, on the agency's clock, the fair shares of the month before. Returns how many letters."""
    return write(now(), settings_in_force().agency_time_zone)
