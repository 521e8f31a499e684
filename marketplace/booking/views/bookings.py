"""One booking: why the coordinator was eligible, what has happened since, and the acts that are still possible."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import undefer_group

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import PROOF, Assignment
from marketplace.assignments.policy import (
    check_may_answer,
    check_may_judge_no_show,
    check_may_staff,
    may_cancel,
    may_judge_no_show,
    may_staff,
    may_undo,
)
from marketplace.assignments.queries import visible_to
from marketplace.assignments.rules import LIFE, NO_SHOW_AFTER_MINUTES, AssignmentState
from marketplace.audit.queries import trail_of
from marketplace.booking import booking, no_shows, undoing
from marketplace.booking.forms import JudgementForm
from marketplace.booking.kept_decision import kept_verdicts, replay
from marketplace.booking.views.blueprint import pages
from marketplace.booking.views.reassignment_cards import reassignment_cards
from marketplace.db import Audience, session
from marketplace.eligibility.disclosure import kept_score, verdicts_for
from marketplace.eligibility.rule_texts import rule_titles
from marketplace.kernel import now
from marketplace.matching.rules.hard_rules import changed_rules
from marketplace.matching.verdicts import Verdict
from marketplace.web import check_version, get_or_404
from marketplace.web.forms import Form


@pages.get("/assignments/<int:assignment_id>", may=Permission.SHIFT_SEE)
def assignment(assignment_id: int) -> ResponseReturnValue:
    """The page of one booking, for either side and the agency."""
    return _page(assignment_id, JudgementForm())


def _page(assignment_id: int, judgement: JudgementForm) -> str:
    person, at = current_person(), now()
    found = get_or_404(visible_to(person).options(undefer_group(PROOF)), assignment_id)
    kept = kept_verdicts(found)
    again = replay(found)
    match = kept_score(person, found.score)
    return render_template(
        "booking/assignment.html",
        assignment=found,
        shift=found.shift,
        kept=verdicts_for(person, kept),
        changed=changed_rules(found.facts) if found.facts else [],
        same=[v.outcome for v in kept] == [v.outcome for v in again],
        compared=_compared(kept, again) if person.audience is Audience.AGENCY else [],
        titles=rule_titles(),
        parts=match.parts if match else (),
        percent=match.percent if match else None,
        trail=session.scalars(trail_of(person, "assignment", found.id).limit(20)).all(),
        acts=_acts(person, found),
        side=person.audience.value,
        moves=reassignment_cards(person.coordinator_id, at, assignment_id=found.id),
        # A facility is not told what the coordinator earns, nor a coordinator what the facility is billed.
        sees_bill=person.audience is not Audience.COORDINATOR,
        sees_pay=person.audience is not Audience.FACILITY,
        sees_data=person.audience is not Audience.FACILITY,
        zone=found.coordinator.time_zone if person.audience is Audience.COORDINATOR else "",
        judgement=judgement,
        at=at,
    )


def _compared(kept: list[Verdict], again: list[Verdict]) -> list[tuple[str, Verdict | None, Verdict | None]]:
    """The rules that answer differently today on the kept facts: the rule's code, the kept verdict, the verdict of today."""
    then, today = {one.rule: one for one in kept}, {one.rule: one for one in again}
    answers = ((code, then.get(code), today.get(code)) for code in {**then, **today})
    return [(code, old, new) for code, old, new in answers if not (old and new and old.outcome is new.outcome)]


def _acts(person: Person, found: Assignment) -> set[str]:
    """The acts this person may do now, for the buttons of the page."""
    at, life = now(), set(LIFE.acts(found.state))
    own = person.coordinator_id == found.coordinator_id
    late = (at - found.starts_at).total_seconds() >= 60 * NO_SHOW_AFTER_MINUTES
    possible = {
        "undo": may_undo(person, found) and found.undo_until is not None and at < found.undo_until,
        "confirm": own and at < found.starts_at,
        "cancel": may_cancel(person, found),
        "mark_no_show": may_staff(person, found.shift) and late,
        "uphold": may_judge_no_show(person),
        "excuse": may_judge_no_show(person),
    }
    return {act for act, allowed in possible.items() if allowed and act in life}


@pages.post("/assignments/<int:assignment_id>/undo", may=Permission.SHIFT_SEE)
def undo(assignment_id: int) -> ResponseReturnValue:
    """Undo the booking inside its undo window."""
    person = current_person()
    found = get_or_404(visible_to(person), assignment_id)
    shift = found.shift
    undoing.undo(found, person, now())
    flash(_("Undone. Nothing is booked."))
    own = person.coordinator_id == found.coordinator_id
    if "HX-Request" in request.headers:
        return render_template("booking/_answered.html", shift=shift, made=None, became="undone")
    if own:
        return redirect(url_for("booking.offers"), 303)
    return redirect(url_for("coverage.shift", shift_id=found.shift_id), 303)


@pages.post("/assignments/<int:assignment_id>/confirmation", may=Permission.OFFER_ANSWER)
def confirm(assignment_id: int) -> ResponseReturnValue:
    """The coordinator confirms that they will be there."""
    person = current_person()
    found = get_or_404(visible_to(person), assignment_id)
    check_may_answer(person, found.coordinator_id)
    check_version(found, Form().posted_version)
    booking.confirm(found, person, now())
    flash(_("Confirmed. Thank you."))
    return _back(found)


@pages.post("/assignments/<int:assignment_id>/no-show", may=Permission.ASSIGNMENT_CANCEL)
def no_show(assignment_id: int) -> ResponseReturnValue:
    """The coordinator has not come."""
    person = current_person()
    found = get_or_404(visible_to(person), assignment_id)
    check_may_staff(person, found.shift)
    asked = no_shows.mark_no_show(found, person, now())
    if asked:
        flash(_("Marked. The next best %(count)s are asked.", count=len(asked)))
    else:
        flash(_("Marked. The seat is open again."))
    return redirect(url_for("coverage.shift", shift_id=found.shift_id), 303)


@pages.post("/assignments/<int:assignment_id>/upholding", may=Permission.ASSIGNMENT_CANCEL)
def uphold(assignment_id: int) -> ResponseReturnValue:
    """The no-show stands."""
    return _judge(assignment_id, AssignmentState.UPHELD)


@pages.post("/assignments/<int:assignment_id>/excuse", may=Permission.ASSIGNMENT_CANCEL)
def excuse(assignment_id: int) -> ResponseReturnValue:
    """There was a good reason."""
    return _judge(assignment_id, AssignmentState.EXCUSED)


def _judge(assignment_id: int, verdict: AssignmentState) -> ResponseReturnValue:
    person = current_person()
    found = get_or_404(visible_to(person), assignment_id)
    check_may_judge_no_show(person)
    form = JudgementForm()
    if not form.validate():
        return _page(assignment_id, form), 422
    if verdict is AssignmentState.UPHELD:
        no_shows.uphold(found, person, form.reason.data)
        flash(_("The no-show stands."))
    else:
        no_shows.excuse(found, person, form.reason.data)
        flash(_("Excused: it does not count."))
    return _back(found)


def _back(found: Assignment) -> ResponseReturnValue:
    return redirect(url_for("booking.assignment", assignment_id=found.id), 303)
