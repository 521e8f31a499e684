"""The jobs of plans: making them, every night and when asked, and publishing them."""

from marketplace.db import jobs_app
from marketplace.plans.rules import NIGHTLY_HOUR

# These import inside: the solver brings numpy and numba, and a page that only asks for a plan must not pay for that.


@jobs_app.task(name="plans.make_plan", queue="plans", lock="plans.make_plan")
def make_plan(plan_id: int) -> None:
    """Make one plan, from the facts to the board."""
    from marketplace.plans.solver.run_plan import make

    make(plan_id)


@jobs_app.task(name="plans.plan_nightly", queue="plans", queueing_lock="plans.plan_nightly")
def plan_nightly(timestamp: int = 0) -> None:
    """Every night a plan is there when the day begins at the agency's desk; not while another one is being made.

    Called every hour, because only the agency's own clock says when it is night there.
    """
    from zoneinfo import ZoneInfo

    from marketplace.kernel import NotAllowedNow, now
    from marketplace.plans.queries import plan_zone
    from marketplace.plans.requests import ask_for_plan

    if now().astimezone(ZoneInfo(plan_zone())).hour != NIGHTLY_HOUR:
        return
    try:
        ask_for_plan(None, now())
    except NotAllowedNow:
        return


@jobs_app.task(name="plans.publish_plan", queue="plans", lock="plans.publish_plan")
def publish_plan(plan_id: int, person_id: int) -> None:
    """Publish a plan, pair by pair."""
    from marketplace.plans.publishing.pairs import publish_pairs

    publish_pairs(plan_id, person_id)
