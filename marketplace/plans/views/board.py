"""The matching board: the plan as it stands, made anew, stopped, published and taken back."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.db import session
from marketplace.eligibility.rule_texts import rule_titles
from marketplace.kernel import NotFound, called, now
from marketplace.plans import board
from marketplace.plans.board import Show
from marketplace.plans.models import MatchPlan
from marketplace.plans.policy import check_may_plan
from marketplace.plans.publishing import may_take_back, publish, take_back, to_come
from marketplace.plans.queries import before, changes_since, plan_zone, visible_to
from marketplace.plans.requests import ask_for_plan, cancel_plan
from marketplace.plans.rules import IN_WORK, LIFE, SHOWN, PlanKind, PlanState
from marketplace.plans.texts import (
    at_least_words,
    changes_sentence,
    gap_sentence,
    kind_words,
    loss_sentence,
    publish_label,
    show_words,
    state_words,
)
from marketplace.plans.views.blueprint import pages
from marketplace.web import Page, asked_day, asked_number, asked_word, check_version, get_or_404, page_number, page_of
from marketplace.web.forms import Form

SHIFTS_ON_A_PAGE = 12


@pages.get("/matching", may=Permission.MATCH_PLAN)
def index() -> ResponseReturnValue:
    """The present plan, or the way to the first one."""
    person = current_person()
    stands = board.status(person)
    if stands.present is None:
        return render_template("plans/board.html", plan=None, stands=stands, at=now(), zone=plan_zone(), **_words())
    return _board(person, stands.present, stands)


@pages.get("/matching/plans/<int:plan_id>", may=Permission.MATCH_PLAN)
def plan(plan_id: int) -> ResponseReturnValue:
    """Any plan there was; a question ("what if") leads to what it would change."""
    person = current_person()
    found = get_or_404(visible_to(person), plan_id)
    if found.kind is PlanKind.WHAT_IF and found.finished_at is not None and found.state is PlanState.READY:
        return redirect(url_for(".comparison", plan_id=found.id), 303)
    return _board(person, found, board.BoardStatus(present=found, busy=found if found.state in IN_WORK else None))


def _board(person: Person, plan: MatchPlan, stands: board.BoardStatus) -> str:
    show = Show(asked_word("show", [each.value for each in Show]) or Show.PROPOSED)
    facility, line, day = asked_number("facility"), asked_word("line"), asked_day("day")
    entries = board.entries(plan.id)
    other = before(plan) if show is Show.CHANGED else None
    changed = board.changed_shifts(plan, other) if other else set()
    kept = board.kept_by(entries, show, changed, facility, line, day)
    page = _page([one.shift_id for one in kept])
    rows = board.rows(plan.id, page.items) if page.items else []
    is_shown = plan.state in SHOWN
    offers, bookings = to_come(plan.id) if is_shown else (0, 0)
    changes = changes_since(plan) if is_shown else None
    at = now()
    return render_template(
        "plans/board.html",
        plan=plan,
        stands=stands,
        days=board.by_day(rows),
        page=page,
        show=show,
        chosen={"facility": facility, "line": line, "day": day},
        facets=_facets(entries),
        refused=sum(one.refused for one in entries),
        open=sum(one.open for one in entries),
        kept=sum(one.kept for one in entries),
        changes=changes,
        offers=offers,
        bookings=bookings,
        may_publish=LIFE.allows(plan.state, "publish") and offers + bookings > 0,
        may_take_back=may_take_back(plan, at),
        is_shown=is_shown,
        filtered=bool(facility or line or day or show is not Show.PROPOSED),
        best_reasons=board.best_reasons,
        titles=rule_titles(),
        at=at,
        zone=plan_zone(),
        **_words(),
    )


def _page(keys: Sequence[int]) -> Page[int]:
    last = max(1, -(-len(keys) // SHIFTS_ON_A_PAGE))
    number = min(page_number(), last)
    first = (number - 1) * SHIFTS_ON_A_PAGE
    return Page(list(keys[first : first + SHIFTS_ON_A_PAGE]), number, len(keys), SHIFTS_ON_A_PAGE)


def _facets(entries: Sequence[board.BoardEntry]) -> dict[str, list[tuple[Any, str]]]:
    """What can be filtered by: what there is in this plan."""
    facilities = {one.facility_id: one.facility for one in entries}
    lines = {one.line: called(one.line_name) for one in entries}
    days: list[date] = sorted({one.day for one in entries})
    return {
        "facility": sorted(facilities.items(), key=lambda pair: pair[1]),
        "line": sorted(lines.items(), key=lambda pair: pair[1]),
        "day": [(day, "") for day in days],
    }


def _words() -> dict[str, Any]:
    return {
        "gap_sentence": gap_sentence,
        "state_words": state_words(),
        "kind_words": kind_words(),
        "show_words": show_words(),
        "publish_label": publish_label,
        "changes_sentence": changes_sentence,
        "at_least_words": at_least_words,
        "loss_sentence": loss_sentence,
    }


@pages.get("/matching/plans/<int:plan_id>/shifts/<int:shift_id>", may=Permission.MATCH_PLAN)
def shift(plan_id: int, shift_id: int) -> ResponseReturnValue:
    """One shift in a plan: every part of each score, who else, and what was done about it."""
    person = current_person()
    plan = get_or_404(visible_to(person), plan_id)
    rows = board.rows(plan.id, [shift_id])
    if not rows:
        raise NotFound("There is no such page, or it is not yours to see.")
    return render_template(
        "plans/shift.html",
        plan=plan,
        row=rows[0],
        parts_of=board.parts_of,
        titles=rule_titles(),
        is_shown=plan.state in SHOWN,
        trail=session.scalars(trail_of(person, "shift", shift_id).limit(5)).all(),
        zone=plan_zone(),
        at=now(),
        **_words(),
    )


@pages.get("/matching/plans", may=Permission.MATCH_PLAN)
def plans() -> ResponseReturnValue:
    """Every plan there was, the newest first."""
    person = current_person()
    return render_template(
        "plans/plans.html",
        page=page_of(visible_to(person).order_by(MatchPlan.id.desc())),
        zone=plan_zone(),
        **_words(),
    )


@pages.watch("/matching/progress", may=Permission.MATCH_PLAN)
def progress() -> Response:
    """How far the plan is that is being made, for the card that asks every two seconds; 304 while nothing has changed.

    When there is nothing left to wait for, the page is asked to load itself anew.
    """
    busy = board.status(current_person()).busy
    if busy is None:
        return Response(status=204, headers={"HX-Refresh": "true"})
    response = make_response(render_template("plans/_progress.html", busy=busy, mark=mark_of(busy), **_words()))
    response.set_etag(mark_of(busy))
    response.make_conditional(request)
    return response


def mark_of(plan: MatchPlan) -> str:
    """Changes when anything on the card does."""
    return hashlib.sha256(f"{plan.id} {plan.state} {plan.progress} {current_person().locale}".encode()).hexdigest()[:16]


# ---- acts -------------------------------------------------------------------------------------------------------


@pages.post("/matching/plans", may=Permission.MATCH_PLAN)
def make() -> ResponseReturnValue:
    """Have a plan made."""
    person = current_person()
    check_may_plan(person)
    ask_for_plan(person, now())
    flash(_("A plan is being made. You may leave this page and come back."))
    return redirect(url_for(".index"), 303)


@pages.post("/matching/plans/<int:plan_id>/cancellation", may=Permission.MATCH_PLAN)
def stop(plan_id: int) -> ResponseReturnValue:
    """Not wanted any more."""
    person = current_person()
    found = get_or_404(visible_to(person), plan_id)
    cancel_plan(found, person)
    flash(_("Stopped. The plan before it still stands."))
    return redirect(url_for(".index"), 303)


@pages.post("/matching/plans/<int:plan_id>/publication", may=Permission.MATCH_PLAN)
def publication(plan_id: int) -> ResponseReturnValue:
    """Send the offers, make the bookings."""
    person = current_person()
    found = get_or_404(visible_to(person), plan_id)
    check_may_plan(person)
    check_version(found, Form().posted_version)
    publish(found, person, now())
    flash(_("The plan is being published. What is refused will be listed with its reason."))
    return redirect(url_for(".index"), 303)


@pages.post("/matching/plans/<int:plan_id>/withdrawal", may=Permission.MATCH_PLAN)
def withdrawal(plan_id: int) -> ResponseReturnValue:
    """Take back what was published, as far as nobody has answered."""
    person = current_person()
    found = get_or_404(visible_to(person), plan_id)
    check_may_plan(person)
    done = take_back(found, person, now())
    flash(ngettext("%(num)d proposal is taken back.", "%(num)d proposals are taken back.", done))
    return redirect(url_for(".index"), 303)
