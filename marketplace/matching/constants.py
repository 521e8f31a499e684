"""Points in a plan, beside a score of at most 999 for a pair."""

PRIORITY_POINTS = 10_000
"""Points for one step of priority: more than any score, so filled seats come before fit."""

INCUMBENT_BONUS = 300
"""Extra points for an incumbent pair: a confirmed one, or an offer that waits for an answer."""

MOVING_COSTS = 300
"""Points that a chain of reassignments loses for each coordinator who must move."""
