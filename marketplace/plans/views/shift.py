"""One shift in a plan: every part of each score, who else, and what was done about it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.kernel import NotFound
from marketplace.plans import board_rows
from marketplace.plans.queries import visible_to
from marketplace.plans.texts import board_words
from marketplace.plans.views.blueprint import pages
from marketplace.web import get_or_404


@pages.get("/matching/plans/<int:plan_id>/shifts/<int:shift_id>", may=Permission.MATCH_PLAN)
def shift(plan_id: int, shift_id: int) -> ResponseReturnValue:
    """One shift in a plan: every part of each score, who else, and what was done about it."""
    person = current_person()
    plan = get_or_404(visible_to(person), plan_id)
    rows = board_rows.rows(plan.id, [shift_id])
    if not rows:
        raise NotFound("There is no such page, or it is not yours to see.")
    return render_template(
        "plans/shift.html",
        plan=plan,
        row=rows[0],
        parts_of=board_rows.parts_of,
        is_shown=plan.is_shown,
        trail=board_rows.trail(person, shift_id),
        **board_words(),
    )
