"""For the agency: how any one coordinator stands before any one shift."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.queries import shifts_visible_to
from marketplace.coordinators.queries import named, visible_to
from marketplace.coordinators.texts import state_words
from marketplace.eligibility.assessment import assess
from marketplace.eligibility.rule_texts import rule_titles
from marketplace.eligibility.views.blueprint import pages
from marketplace.kernel import now
from marketplace.web import asked_word, get_or_404

MOST_FOUND = 20


@pages.get("/shifts/<int:shift_id>/coordinators", may=Permission.AGENCY_DESK)
def anybody(shift_id: int) -> ResponseReturnValue:
    """Find anybody by name or address, also those who are not active, to ask how they stand before this shift."""
    person = current_person()
    found = get_or_404(shifts_visible_to(person), shift_id)
    text = asked_word("q")
    return render_template(
        "eligibility/anybody.html", shift=found, text=text, people=named(person, text, MOST_FOUND), states=state_words()
    )


@pages.get("/shifts/<int:shift_id>/coordinators/<int:coordinator_id>", may=Permission.AGENCY_DESK)
def one_pair(shift_id: int, coordinator_id: int) -> ResponseReturnValue:
    """One coordinator and one shift: every rule's answer with what it rests on, and the score part by part."""
    person, at = current_person(), now()
    found = get_or_404(shifts_visible_to(person), shift_id)
    coordinator = get_or_404(visible_to(person), coordinator_id)
    (assessment,) = assess([coordinator.id], found, at)
    return render_template(
        "eligibility/one_pair.html",
        shift=found,
        coordinator=coordinator,
        verdicts=assessment.verdicts,
        against=assessment.objections(),
        may=assessment.eligible,
        score=assessment.score,
        titles=rule_titles(),
    )
