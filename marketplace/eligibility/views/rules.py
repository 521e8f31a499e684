"""For the agency: every rule and every part of the score."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import may_weigh
from marketplace.eligibility.models import OFFERED_PARTS, PARTS_OF_THE_SCORE
from marketplace.eligibility.rule_texts import PART_WORDS, RULE_WORDS
from marketplace.eligibility.score_weights import in_force
from marketplace.eligibility.views.blueprint import pages
from marketplace.matching.rules.hard_rules import RULES
from marketplace.matching.scoring import MOST


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
