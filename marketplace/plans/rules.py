"""The life of a matching plan, the priority of a shift, and what a plan's numbers mean in plain words."""

from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.kernel import Lifecycle

UNDO_MINUTES = 10
"""The undo window of a publication, as long as that of a facility's own choice."""

ABANDONED_AFTER = timedelta(minutes=10)
"""A plan whose worker has given no sign for so long is not waited for any more."""

NIGHTLY_HOUR = 3
"""In this hour of the agency's clock the plan of the night is made: one that no change of the clocks skips or repeats."""

HORIZON_DAYS, FREEZE_HOURS, TIME_LIMIT_SECONDS, FAIR_PERCENT = 14, 24, 60, 50
"""The defaults of new plans."""


class PlanKind(StrEnum):
    """Why a plan was made: by itself in the night, because somebody asked, or to see what a change would cost."""

    NIGHTLY = "nightly"
    ASKED = "asked"
    WHAT_IF = "what_if"


class PlanState(StrEnum):
    """The state of a plan."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    FAILED = "failed"
    SUPERSEDED = "superseded"


LIFE = Lifecycle(
    "plan",
    {
        (PlanState.QUEUED, "start"): PlanState.RUNNING,
        (PlanState.QUEUED, "cancel"): PlanState.CANCELLED,
        (PlanState.QUEUED, "fail"): PlanState.FAILED,
        # The worker died half-way and another one begins again.
        (PlanState.RUNNING, "start"): PlanState.RUNNING,
        (PlanState.RUNNING, "finish"): PlanState.READY,
        (PlanState.RUNNING, "cancel"): PlanState.CANCELLED,
        (PlanState.RUNNING, "fail"): PlanState.FAILED,
        (PlanState.READY, "publish"): PlanState.PUBLISHING,
        (PlanState.READY, "supersede"): PlanState.SUPERSEDED,
        (PlanState.PUBLISHING, "complete"): PlanState.PUBLISHED,
        # A newer plan is there: what is not out yet stays in.
        (PlanState.PUBLISHING, "supersede"): PlanState.SUPERSEDED,
        # Once more: what was refused is tried again, what went out stays out.
        (PlanState.PUBLISHED, "publish"): PlanState.PUBLISHING,
        (PlanState.PUBLISHED, "supersede"): PlanState.SUPERSEDED,
    },
)

IN_WORK = frozenset({PlanState.QUEUED, PlanState.RUNNING})
SHOWN = frozenset({PlanState.READY, PlanState.PUBLISHING, PlanState.PUBLISHED})
"""A plan that is the present one; older ones are kept to compare with."""


class PairState(StrEnum):
    """The state of one proposal."""

    PROPOSED = "proposed"
    OFFERED = "offered"
    BOOKED = "booked"
    REFUSED = "refused"


PAIR_LIFE = Lifecycle(
    "proposal",
    {
        (PairState.PROPOSED, "offer"): PairState.OFFERED,
        (PairState.PROPOSED, "book"): PairState.BOOKED,
        (PairState.PROPOSED, "refuse"): PairState.REFUSED,
        (PairState.REFUSED, "offer"): PairState.OFFERED,
        (PairState.REFUSED, "book"): PairState.BOOKED,
        (PairState.REFUSED, "refuse"): PairState.REFUSED,
        (PairState.OFFERED, "undo"): PairState.PROPOSED,
        (PairState.BOOKED, "undo"): PairState.PROPOSED,
    },
)

TO_PUBLISH = frozenset({PairState.PROPOSED, PairState.REFUSED})


class ConstraintKind(StrEnum):
    """The agency's constraint on a pair: always in the plan, or never."""

    PIN = "pin"
    VETO = "forbid"


class GapReason(StrEnum):
    """Why a seat stays empty: nobody may take it, those who may are needed elsewhere, or have no hours left."""

    NOBODY = "nobody"
    TAKEN = "taken"
    HOURS = "hours"


URGENCY: tuple[tuple[timedelta, int], ...] = (
    (timedelta(hours=24), 8),
    (timedelta(hours=72), 4),
    (timedelta(days=7), 2),
)


def priority(starts_at: datetime, at: datetime) -> int:
    """The weight of a seat in a plan: 8 within a day, 4 within three, 2 within a week, 1 later."""
    left = starts_at - at
    return next((weight for within, weight in URGENCY if left <= within), 1)


def gap_ppm(value: int, bound: int) -> int:
    """By how many millionths of the best possible a plan may fall short of it; 0 when it is proven to be the best."""
    return 0 if bound <= 0 or value >= bound else -(-(bound - value) * 1_000_000 // bound)


def percent_words(ppm: int) -> str:
    """Millionths as a percentage with two decimals, never rounded down: 301 is 0.04."""
    hundredths = -(-ppm // 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def share_lost_ppm(before: int, after: int) -> int:
    """The cost of a change in millionths of the plan's value; negative when the changed plan has more value."""
    return 0 if before <= 0 else (before - after) * 1_000_000 // before
