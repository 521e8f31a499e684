"""Plans in plain words: how good, how far, why not."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.assignments.rules import ReassignmentState
from marketplace.eligibility.rule_texts import rule_titles
from marketplace.kernel import now
from marketplace.plans.board import Show
from marketplace.plans.models import MatchPlan
from marketplace.plans.queries import Changes, plan_zone
from marketplace.plans.rules import PlanKind, PlanState, percent_words, share_lost_ppm


def gap_sentence(plan: MatchPlan) -> str:
    """At most 0.03 % below the best possible plan."""
    if plan.gap_ppm == 0:
        return str(_("Proven: no plan at all is better"))
    return str(_("At most %(percent)s %% below the best possible plan", percent=percent_words(plan.gap_ppm)))


def state_words() -> dict[PlanState, tuple[str, str]]:
    """The word for each state, and its colour."""
    return {
        PlanState.QUEUED: (_("Waiting for a worker"), "warn"),
        PlanState.RUNNING: (_("Being made"), "info"),
        PlanState.READY: (_("Ready"), "ok"),
        PlanState.PUBLISHING: (_("Being published"), "info"),
        PlanState.PUBLISHED: (_("Published"), "ok"),
        PlanState.CANCELLED: (_("Stopped"), "plain"),
        PlanState.FAILED: (_("Failed"), "bad"),
        PlanState.SUPERSEDED: (_("Replaced"), "plain"),
    }


def kind_words() -> dict[PlanKind, str]:
    """Why a plan was made."""
    return {
        PlanKind.NIGHTLY: _("by itself in the night"),
        PlanKind.ASKED: _("when asked"),
        PlanKind.WHAT_IF: _("to see what a change costs"),
    }


def reassignment_words() -> dict[ReassignmentState, tuple[str, str]]:
    """The word for each state of a question to move, and its colour."""
    return {
        ReassignmentState.PLANNED: (_("Asked next"), "plain"),
        ReassignmentState.ASKED: (_("Waiting for reply"), "warn"),
        ReassignmentState.AGREED: (_("Said yes, waits for the other"), "info"),
        ReassignmentState.ACCEPTED: (_("Reassigned"), "ok"),
        ReassignmentState.DECLINED: (_("Declined"), "plain"),
        ReassignmentState.WITHDRAWN: (_("Withdrawn"), "plain"),
        ReassignmentState.EXPIRED: (_("Expired"), "plain"),
    }


def show_words() -> dict[Show, str]:
    """The filters of the board."""
    return {
        Show.PROPOSED: _("Proposed and open"),
        Show.UNFILLED: _("Only unfilled"),
        Show.CHANGED: _("Only changed against the last plan"),
        Show.REFUSED: _("Only refused when published"),
        Show.ALL: _("All, also confirmed"),
    }


def publish_label(offers: int, bookings: int) -> str:
    """The words of the button: Publish: 11 offers, 3 bookings."""
    parts = []
    if offers:
        parts.append(ngettext("%(num)d offer", "%(num)d offers", offers))
    if bookings:
        parts.append(ngettext("%(num)d booking", "%(num)d bookings", bookings))
    return str(_("Publish: %(what)s", what=", ".join(str(part) for part in parts))) if parts else str(_("Publish"))


def changes_sentence(changes: Changes) -> str:
    """The changes since a plan was made, in words."""
    parts = []
    if changes.bookings:
        parts.append(ngettext("%(num)d booking", "%(num)d bookings", changes.bookings))
    if changes.cancellations:
        parts.append(ngettext("%(num)d cancellation", "%(num)d cancellations", changes.cancellations))
    if changes.shifts:
        parts.append(ngettext("%(num)d new shift", "%(num)d new shifts", changes.shifts))
    if changes.constraints:
        parts.append(ngettext("%(num)d pin or veto", "%(num)d pins or vetoes", changes.constraints))
    if changes.weights:
        parts.append(_("other weights of the score"))
    return ", ".join(str(part) for part in parts)


def loss_sentence(before: int, after: int) -> str:
    """The cost of a change, as a share of the plan's value."""
    lost = share_lost_ppm(before, after)
    if lost == 0 and before == after:
        return str(_("It costs nothing: the plan is worth the same."))
    if lost <= 0:
        return str(_("It costs nothing: the plan is worth %(percent)s %% more.", percent=percent_words(-lost)))
    return str(_("It costs %(percent)s %% of the plan's value.", percent=percent_words(lost)))


def at_least_words(points: int, value: int) -> str:
    """at least 0.12 %, or nothing where the proof says nothing."""
    lost = share_lost_ppm(value, value - points)
    return str(_("at least %(percent)s %%", percent=percent_words(lost))) if lost >= 100 else ""


def board_words() -> dict[str, Any]:
    """The words of every page of plans, with the moment and the zone it is read in, by the name its template uses."""
    return {
        "at": now(),
        "zone": plan_zone(),
        "titles": rule_titles(),
        "gap_sentence": gap_sentence,
        "state_words": state_words(),
        "kind_words": kind_words(),
        "show_words": show_words(),
        "publish_label": publish_label,
        "changes_sentence": changes_sentence,
        "at_least_words": at_least_words,
        "loss_sentence": loss_sentence,
    }
