"""The matching board: the current plan, or any plan there was."""

from collections.abc import Sequence

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.plans import board, board_rows
from marketplace.plans.board import Show
from marketplace.plans.models import MatchPlan
from marketplace.plans.publishing.buttons import plan_buttons
from marketplace.plans.queries import before, changes_since, visible_to
from marketplace.plans.texts import board_words
from marketplace.plans.views.blueprint import pages
from marketplace.web import Page, asked_day, asked_number, asked_word, get_or_404, page_number

SHIFTS_ON_A_PAGE = 12


@pages.get("/matching", may=Permission.MATCH_PLAN)
def index() -> ResponseReturnValue:
    """The present plan, or the way to the first one."""
    person = current_person()
    stands = board.status(person)
    if stands.present is None:
        return render_template("plans/board.html", plan=None, stands=stands, **board_words())
    return _board(stands.present, stands)


@pages.get("/matching/plans/<int:plan_id>", may=Permission.MATCH_PLAN)
def plan(plan_id: int) -> ResponseReturnValue:
    """Any plan there was; a question ("what if") leads to what it would change. One without a result claims nothing."""
    person = current_person()
    found = get_or_404(visible_to(person), plan_id)
    if found.answers_what_if:
        return redirect(url_for(".comparison", plan_id=found.id), 303)
    if not found.has_result:
        present = board.status(person).present
        return render_template("plans/unfinished.html", plan=found, present=present, **board_words())
    return _board(found, board.BoardStatus(present=found))


def _board(plan: MatchPlan, stands: board.BoardStatus) -> str:
    show = Show(asked_word("show", [each.value for each in Show]) or Show.PROPOSED)
    facility, line, day = asked_number("facility"), asked_word("line"), asked_day("day")
    entries = board.entries(plan.id)
    other = before(plan) if show is Show.CHANGED else None
    changed = board.changed_shifts(plan, other) if other else set()
    kept = board.kept_by(entries, show, changed, facility, line, day)
    page = _page([one.shift_id for one in kept])
    rows = board_rows.rows(plan.id, page.items) if page.items else []
    changes = changes_since(plan) if plan.is_shown else None
    words = board_words()
    return render_template(
        "plans/board.html",
        plan=plan,
        stands=stands,
        days=board_rows.by_day(rows),
        page=page,
        show=show,
        chosen={"facility": facility, "line": line, "day": day},
        facets=board.facets(entries),
        refused=sum(one.refused for one in entries),
        open=sum(one.open for one in entries),
        kept=sum(one.kept for one in entries),
        changes=changes,
        buttons=plan_buttons(plan, words["at"]),
        is_shown=plan.is_shown,
        filtered=bool(facility or line or day or show is not Show.PROPOSED),
        best_reasons=board_rows.best_reasons,
        **words,
    )


def _page(keys: Sequence[int]) -> Page[int]:
    last = max(1, -(-len(keys) // SHIFTS_ON_A_PAGE))
    number = min(page_number(), last)
    first = (number - 1) * SHIFTS_ON_A_PAGE
    return Page(list(keys[first : first + SHIFTS_ON_A_PAGE]), number, len(keys), SHIFTS_ON_A_PAGE)
