"""The demo world: an agency with eight facilities, over sixty coordinators and twelve weeks behind it, ending right now."""

import random
from datetime import datetime, timedelta

from sqlalchemy import select, text

import marketplace.wiring  # noqa: F401 - every hook is filled from here on
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.demo import weeks
from marketplace.demo.founding import founded
from marketplace.demo.scenes import planning
from marketplace.demo.scenes.together import around_the_weeks
from marketplace.kernel import clock
from marketplace.messaging.models import Letter, Notice

# Of the jobs of the past only the papers are still to be set, and the plan that was asked for last.
_DONE_JOBS = """
DELETE FROM procrastinate_jobs WHERE task_name NOT IN ('billing.set_invoice', 'payouts.set_pay_statement')
AND NOT (task_name = 'plans.make_plan' AND (args ->> 'plan_id')::bigint IN (SELECT id FROM match_plan WHERE state = 'queued'))
"""


def build() -> None:
    """Write the whole world into an empty, migrated database, as of now, and commit."""
    bind_actor(SYSTEM)
    now = clock.now().replace(second=0, microsecond=0)
    chance = random.Random(20261122)
    casting, places = founded(now)
    weeks.gone_by(places, now, chance)
    around_the_weeks(casting, places, now, chance)
    session.commit()
    planning.made(now)
    _forget_the_noise(now)
    session.commit()


def _forget_the_noise(now: datetime) -> None:
    """Mark the notices of the past as read and its letters as sent."""
    for letter in session.scalars(select(Letter)):
        letter.sent_at, letter.sent_as = letter.written_at, "demo"
    for notice in session.scalars(select(Notice).where(Notice.at < now - timedelta(days=3))):
        notice.read_at = notice.at
    session.flush()
    session.execute(text("RESET ROLE"))
    session.execute(text(_DONE_JOBS))
    # Twelve weeks came in one transaction: the planner would guess every table as good as empty until its housekeeping runs.
    session.execute(text("ANALYZE"))
    bind_actor(SYSTEM)
