"""The decision kept with a booking: its verdicts and score as they were at that moment, and as today's rules judge."""

from dataclasses import dataclass

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.db import Audience
from marketplace.eligibility.disclosure import kept_score, verdicts_for
from marketplace.eligibility.rule_texts import rule_titles
from marketplace.matching.rules.hard_rules import changed_rules
from marketplace.matching.rules.hard_rules import replay as replay_record
from marketplace.matching.scoring import Score
from marketplace.matching.verdicts import Verdict


def replay(assignment: Assignment) -> list[Verdict]:
    """Today's rules on the facts of the moment of booking. Empty for a booking that kept none (taken over from elsewhere)."""
    return replay_record(assignment.facts) if assignment.facts else []


def kept_verdicts(assignment: Assignment) -> list[Verdict]:
    """The verdicts as they were written at the booking."""
    return [Verdict.from_record(record) for record in assignment.verdicts]


@dataclass(frozen=True)
class KeptDecision:
    """The decision behind a booking, as one person may read it."""

    verdicts: list[Verdict]
    changed: list[str]
    """The codes of the rules that have another version today."""
    same: bool
    """Whether today's rules give the same answers on the kept facts."""
    compared: list[tuple[str, Verdict | None, Verdict | None]]
    """The rules with another answer today, for the agency: code, kept verdict, verdict of today."""
    titles: dict[str, str]
    """The title of each rule, by its code."""
    score: Score | None


def decision_for(person: Person, assignment: Assignment) -> KeptDecision:
    """The decision of an assignment loaded `with_proof`, as this person may read it."""
    kept, again = kept_verdicts(assignment), replay(assignment)
    return KeptDecision(
        verdicts=verdicts_for(person, kept),
        changed=changed_rules(assignment.facts) if assignment.facts else [],
        same=[one.outcome for one in kept] == [one.outcome for one in again],
        compared=_compared(kept, again) if person.audience is Audience.AGENCY else [],
        titles=rule_titles(),
        score=kept_score(person, assignment.score),
    )


def _compared(kept: list[Verdict], again: list[Verdict]) -> list[tuple[str, Verdict | None, Verdict | None]]:
    """The rules that answer differently today on the kept facts: the rule's code, the kept verdict, the verdict of today."""
    then, today = {one.rule: one for one in kept}, {one.rule: one for one in again}
    answers = ((code, then.get(code), today.get(code)) for code in {**then, **today})
    return [(code, old, new) for code, old, new in answers if not (old and new and old.outcome is new.outcome)]
