"""What the worker does for plans: makes them, by itself in the night and when asked, and publishes them."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.assignments.models import Assignment
from marketplace.assignments.words import shift_words, words_in
from marketplace.coordinators.models import Coordinator
from marketplace.db.jobs import jobs_app
from marketplace.db.session import session
from marketplace.messaging.writing import notify, write_letter
from marketplace.needs.models import Shift
from marketplace.plans.rules import NIGHTLY_HOUR

# What these import brings the solver's arrays with it; a page that only asks for a plan must not pay for that.


@jobs_app.task(name="plans.make_plan", queue="plans", lock="plans.make_plan")
def make_plan(plan_id: int) -> None:
    """One plan, from the facts to the board."""
    from marketplace.plans.making import make

    make(plan_id)


@jobs_app.task(name="plans.plan_nightly", queue="plans", queueing_lock="plans.plan_nightly")
def plan_nightly(timestamp: int = 0) -> None:
    """Every night a plan is there when the day begins at the agency's desk; not while another one is being made.

    Called every hour, because only the agency's own clock says when it is night there.
    """
    from zoneinfo import ZoneInfo

    from marketplace.kernel.clock import now
    from marketplace.kernel.errors import NotAllowedNow
    from marketplace.plans.asking import ask_for_plan
    from marketplace.plans.queries import plan_zone

    if now().astimezone(ZoneInfo(plan_zone())).hour != NIGHTLY_HOUR:
        return
    try:
        ask_for_plan(None, now())
    except NotAllowedNow:
        return


@jobs_app.task(name="plans.publish_plan", queue="plans", lock="plans.publish_plan")
def publish_plan(plan_id: int, person_id: int) -> None:
    """What was pressed on the board, pair by pair."""
    from marketplace.plans.publishing import publish_pairs

    publish_pairs(plan_id, person_id)


@jobs_app.task(name="plans.tell_asked_to_move", queue="mail", retry=3)
def tell_asked_to_move(assignment_id: int, shift_id: int) -> None:
    """She is asked whether another shift would suit instead of hers; hers stays hers until she says yes."""
    held = session.scalars(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .options(
            joinedload(Assignment.shift).joinedload(Shift.line),
            joinedload(Assignment.shift).joinedload(Shift.facility),
            joinedload(Assignment.coordinator).joinedload(Coordinator.person),
        )
    ).one_or_none()
    shift = session.scalars(
        select(Shift).where(Shift.id == shift_id).options(joinedload(Shift.line), joinedload(Shift.facility))
    ).one_or_none()
    if held is None or shift is None or not held.is_live:
        return
    person = held.coordinator.person
    _ = words_in(person.locale)
    what = _(
        "Would you work %(shift)s instead of %(held)s?",
        shift=shift_words(_, shift, person.locale), held=shift_words(_, held.shift, person.locale),
    )  # fmt: skip
    notify(person.id, "move", what, f"/assignments/{held.id}")
    write_letter(
        person.email, "move", _("A question about your shift at %(facility)s", facility=held.shift.facility.name), "plain",
        link=f"/assignments/{held.id}", locale=person.locale,
        sentences=[what, _("Nothing changes unless you say yes: your shift stays yours. Answer the agency as you like.")],
        button=_("Look at the shift"),
    )  # fmt: skip
