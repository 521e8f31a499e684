"""What happens by itself, and when: one table. Times are UTC, in cron's five fields."""

import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from procrastinate.tasks import Task

import marketplace
from marketplace.accounts.jobs import forget
from marketplace.db.jobs import jobs_app, resume_abandoned

BY_ITSELF: tuple[tuple[str, Task[Any, Any, Any]], ...] = (
    # minute hour day month weekday
    ("* * * * *", resume_abandoned),
    ("17 4 * * *", forget),
)


@cache
def load() -> None:
    """Make every concept's jobs known to this process, and what happens by itself with them."""
    for room in pkgutil.iter_modules(marketplace.__path__, "marketplace."):
        if room.ispkg and find_spec(f"{room.name}.jobs"):
            import_module(f"{room.name}.jobs")
    for when, task in BY_ITSELF:
        jobs_app.periodic(cron=when)(task)
