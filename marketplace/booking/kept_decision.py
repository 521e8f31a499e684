"""The decision kept with a booking: its verdicts as they were at that moment."""

from marketplace.assignments.models import Assignment
from marketplace.matching.rules.hard_rules import replay as replay_record
from marketplace.matching.verdicts import Verdict


def replay(assignment: Assignment) -> list[Verdict]:
    """Today's rules on the facts of the moment of booking. Empty for a booking that kept none (taken over from elsewhere)."""
    return replay_record(assignment.facts) if assignment.facts else []


def kept_verdicts(assignment: Assignment) -> list[Verdict]:
    """The verdicts as they were written at the booking."""
    return [Verdict.from_record(record) for record in assignment.verdicts]
