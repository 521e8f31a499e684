"""What the worker reports by itself."""

from marketplace.db.jobs import jobs_app
from marketplace.kernel.clock import now
from marketplace.messaging.writing import settings


@jobs_app.task(name="dashboards.write_fair_shares", queueing_lock="dashboards.write_fair_shares")
def write_fair_shares(timestamp: int = 0) -> int:
    """On the first of each month, on the agency's clock, the fair shares of the month before. Returns how many letters."""
    # The reports of every concept come with it; who only asks for another job must not pay for that.
    from marketplace.dashboards.monthly import write_fair_shares as write

    return write(now(), settings().agency_time_zone)
