"""Every plan there was, and how far the one is that is being made."""

import hashlib

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.plans import board
from marketplace.plans.models import MatchPlan
from marketplace.plans.queries import visible_to
from marketplace.plans.texts import board_words
from marketplace.plans.views.blueprint import pages
from marketplace.web import page_of


@pages.get("/matching/plans", may=Permission.MATCH_PLAN)
def plans() -> ResponseReturnValue:
    """Every plan there was, the newest first."""
    person = current_person()
    return render_template(
        "plans/plans.html",
        page=page_of(visible_to(person).order_by(MatchPlan.id.desc())),
        **board_words(),
    )


@pages.watch("/matching/progress", may=Permission.MATCH_PLAN)
def progress() -> Response:
    """Progress of the plan that is being made, for the card that asks every two seconds; 304 while nothing has changed.

    When there is nothing left to wait for, the page is asked to load itself again.
    """
    busy = board.status(current_person()).busy
    if busy is None:
        return Response(status=204, headers={"HX-Refresh": "true"})
    response = make_response(render_template("plans/_progress.html", busy=busy, mark=mark_of(busy), **board_words()))
    response.set_etag(mark_of(busy))
    response.make_conditional(request)
    return response


def mark_of(plan: MatchPlan) -> str:
    """Changes when anything on the card does."""
    return hashlib.sha256(f"{plan.id} {plan.state} {plan.progress} {current_person().locale}".encode()).hexdigest()[:16]
