"""The decision kept with a booking: its verdicts, facts and score as they were at that moment."""

from typing import Any

from marketplace.assignments.models import Assignment
from marketplace.matching.records import replay as replay_record
from marketplace.matching.scoring import Score
from marketplace.matching.verdicts import Verdict


def replay(assignment: Assignment) -> list[Verdict]:
    """Today's rules on the facts of the moment of booking. Empty for a booking that kept none (taken over from elsewhere)."""
    return replay_record(assignment.facts) if assignment.facts else []


def kept_verdicts(assignment: Assignment) -> list[Verdict]:
    """The verdicts as they were written at the booking."""
    return [Verdict.from_record(record) for record in assignment.verdicts]


def score_record(given: Score) -> dict[str, Any]:
    """A score as plain JSON, kept with offers and assignments."""
    return {"total": given.total, "percent": given.percent, "parts": [part.as_record() for part in given.parts]}
