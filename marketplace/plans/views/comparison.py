"""Two plans beside each other, and the answer to "what if"."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.kernel import NotFound
from marketplace.plans.comparison import compare
from marketplace.plans.queries import before, plan_zone, visible_to
from marketplace.plans.rules import PlanKind
from marketplace.plans.texts import gap_sentence, loss_sentence
from marketplace.plans.views.blueprint import pages
from marketplace.web import asked_number, get_or_404


@pages.get("/matching/plans/<int:plan_id>/comparison", may=Permission.MATCH_PLAN)
def comparison(plan_id: int) -> ResponseReturnValue:
    """A plan against the one before it, or against `with` (a plan's number)."""
    person = current_person()
    plan = get_or_404(visible_to(person), plan_id)
    if plan.finished_at is None:
        return redirect(url_for(".plan", plan_id=plan.id), 303)
    other = asked_number("with") or plan.compared_with_id or before(plan)
    if other is None:
        return render_template("plans/comparison.html", plan=plan, found=None, zone=plan_zone())
    base = get_or_404(visible_to(person), other)
    if base.finished_at is None:
        raise NotFound("There is no such page, or it is not yours to see.")
    found = compare(base, plan, person)
    return render_template(
        "plans/comparison.html",
        plan=plan,
        found=found,
        what_if=plan.kind is PlanKind.WHAT_IF,
        loss=loss_sentence(base.value, base.value - found.lost_points),
        gap_sentence=gap_sentence,
        zone=plan_zone(),
    )
