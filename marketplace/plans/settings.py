"""Setting how plans are made; what held before stays readable."""

from datetime import datetime

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.db import session
from marketplace.kernel import Phrase
from marketplace.plans.models import MatchSetting


def change_settings(
    horizon_days: int, freeze_hours: int, time_limit_seconds: int, fair_percent: int, *, by: Person, at: datetime
) -> MatchSetting:
    """From now on: days ahead, frozen hours before a shift, seconds to search, percent below comparable people."""
    made = MatchSetting(
        set_at=at,
        set_by_id=by.id,
        horizon_days=horizon_days,
        freeze_hours=freeze_hours,
        time_limit_seconds=time_limit_seconds,
        fair_percent=fair_percent,
    )
    session.add(made)
    session.flush()
    sentence = Phrase(
        "Matching plans are made so from now on: %(days)s days ahead, frozen %(hours)s hours, %(seconds)s seconds, "
        "%(percent)s percent.",
        days=horizon_days,
        hours=freeze_hours,
        seconds=time_limit_seconds,
        percent=fair_percent,
    )
    record("set", made, sentence, by=by)
    return made
