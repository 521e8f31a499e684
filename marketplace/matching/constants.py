"""What things are worth in a plan, beside at most 999 points for how well somebody fits."""

PRIORITY_POINTS = 10_000
"""What one step of urgency is worth: more than any score, so that seats are filled first and fit comes second."""

STAY_POINTS = 300
"""What a pair is worth more that stands already: somebody confirmed, or an offer that waits for an answer."""

MOVING_COSTS = 300
"""Points a chain of moves loses for each person who has to be asked to move."""
