"""The schedule: one table of jobs and their times. Times are UTC, in cron's five fields."""

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from procrastinate.tasks import Task

import marketplace
from marketplace.accounts.tasks import forget
from marketplace.attendance.tasks import close_forgotten_clocks
from marketplace.booking.tasks import end_moves, expire_offers, sweep_changes
from marketplace.contracts.tasks import expire
from marketplace.credentials.tasks import remind, sweep
from marketplace.db import jobs_app, resume_abandoned
from marketplace.ledger.tasks import check as check_books
from marketplace.onboarding.tasks import look_at_all
from marketplace.plans.tasks import plan_nightly
from marketplace.reports.tasks import write_fair_shares
from marketplace.timesheets.tasks import approve_after_window, remind_approvers, submit_finished_weeks

SCHEDULE: tuple[tuple[str, Task[Any, Any, Any]], ...] = (
    # minute hour day month weekday
    ("* * * * *", resume_abandoned),
    ("*/5 * * * *", expire_offers),
    ("*/5 * * * *", end_moves),
    ("17 4 * * *", forget),
    ("50 4 * * *", check_books),
    ("10 5 * * *", expire),
    ("0 13 * * *", remind),  # in the morning in most of the US
    ("40 4 * * *", sweep),
    ("35 * * * *", look_at_all),
    ("30 * * * *", plan_nightly),  # once a night, by the agency's clock
    ("30 4 * * *", sweep_changes),
    ("*/10 * * * *", close_forgotten_clocks),
    ("5 * * * *", submit_finished_weeks),
    ("*/10 * * * *", approve_after_window),
    ("20 * * * *", remind_approvers),
    ("25 * 1-8 * *", write_fair_shares),  # it looks at the agency's clock itself
)


# Whoever imports this module knows every concept's jobs, and what happens by itself.
for _room in pkgutil.iter_modules(marketplace.__path__, "marketplace."):
    for _name in ("tasks", "notifications"):
        if _room.ispkg and find_spec(f"{_room.name}.{_name}"):
            import_module(f"{_room.name}.{_name}")
for _when, _task in SCHEDULE:
    jobs_app.periodic(cron=_when)(_task)
