"""For the agency: every rule and every part of the score, and how any one coordinator stands before any one shift."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import may_weigh
from marketplace.assignments.queries import shifts_visible_to
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.queries import visible_to
from marketplace.coordinators.texts import state_words
from marketplace.db import session
from marketplace.eligibility.assessment import assess
from marketplace.eligibility.models import OFFERED_PARTS, PARTS_OF_THE_SCORE
from marketplace.eligibility.rule_texts import PART_WORDS, RULE_WORDS, rule_titles
from marketplace.eligibility.score_weights import in_force
from marketplace.eligibility.views.blueprint import pages
from marketplace.kernel import now
from marketplace.matching.rules.hard_rules import RULES
from marketplace.matching.scoring import MOST
from marketplace.web import asked_word, get_or_404

MOST_FOUND = 20


@pages.get("/rules", may=Permission.AGENCY_DESK)
def rules() -> ResponseReturnValue:
    """Every hard rule in the order in which it is told, and every part of the score with the most it can give."""
    weights = in_force().weights
    return render_template(
        "eligibility/rules.html",
        rules=RULES,
        rule_words=RULE_WORDS,
        parts=[
            (part, getattr(weights, part))
            for part in PARTS_OF_THE_SCORE
            if part in OFFERED_PARTS or getattr(weights, part)
        ],
        part_words=PART_WORDS,
        most=MOST,
        may_weigh=may_weigh(current_person()),
    )


@pages.get("/shifts/<int:shift_id>/coordinators", may=Permission.AGENCY_DESK)
def anybody(shift_id: int) -> ResponseReturnValue:
    """Find anybody by name or address, also those who are not active, to ask how they stand before this shift."""
    person = current_person()
    found = get_or_404(shifts_visible_to(person), shift_id)
    text = asked_word("q")
    return render_template(
        "eligibility/anybody.html", shift=found, text=text, people=_named(person, text), states=state_words()
    )


@pages.get("/shifts/<int:shift_id>/coordinators/<int:coordinator_id>", may=Permission.AGENCY_DESK)
def one_pair(shift_id: int, coordinator_id: int) -> ResponseReturnValue:
    """One coordinator and one shift: every rule's answer with what it rests on, and the score part by part."""
    person, at = current_person(), now()
    found = get_or_404(shifts_visible_to(person), shift_id)
    coordinator = get_or_404(visible_to(person).options(joinedload(Coordinator.person)), coordinator_id)
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


def _named(person: Person, text: str) -> list[Coordinator]:
    """The first by name of those whose name or address has the text in it."""
    matching = or_(Person.name.icontains(text, autoescape=True), Person.email.icontains(text, autoescape=True))
    return list(
        session.scalars(
            visible_to(person)
            .join(Coordinator.person)
            .where(matching)
            .options(joinedload(Coordinator.person))
            .order_by(Person.name, Coordinator.id)
            .limit(MOST_FOUND)
        )
    )
