"""A facility learns nothing about a coordinator's private choices, neither by a sentence nor by a count.

A coordinator's blocks and favorites are between them and the agency. A facility reads "Not available for this shift." for a
block, for time off and for hours outside the stated availability alike: only a sentence that has several causes hides one.
"""

from __future__ import annotations

from collections.abc import Iterable

from marketplace.kernel import Phrase
from marketplace.matching.scoring import Score, ScorePart, Tone, favourite_of_facility
from marketplace.matching.verdicts import Outcome, Verdict

NOT_AVAILABLE = Phrase("Not available for this shift.")
SHOWN_AS = "availability"
"""The rule under whose title a facility reads all of ALIKE."""
ALIKE = frozenset({SHOWN_AS, "time_off", "coordinator_block"})


def verdicts_for_facility(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts as a facility may read them: one neutral refusal for all of ALIKE, and never a word about a block."""
    verdicts = list(verdicts)
    refusing = next((verdict for verdict in verdicts if verdict.rule in ALIKE and verdict.failed), None)
    if refusing is None:
        return [verdict for verdict in verdicts if verdict.rule != "coordinator_block"]
    neutral = Verdict(SHOWN_AS, refusing.version, Outcome.FAIL, NOT_AVAILABLE)
    return [neutral if verdict is refusing else verdict for verdict in verdicts
            if verdict is refusing or verdict.rule not in ALIKE]  # fmt: skip


def parts_for_facility(parts: Iterable[ScorePart]) -> tuple[ScorePart, ...]:
    """The parts of a score without the points that a favorite of the coordinator gives."""
    return tuple(_own_favourite(part) if part.code == "favourite" else part for part in parts)


def score_for_facility(score: Score) -> Score:
    """The sum of those parts."""
    parts = parts_for_facility(score.parts)
    return Score(sum(part.points for part in parts), parts)


def _own_favourite(part: ScorePart) -> ScorePart:
    most = favourite_of_facility(part.of)
    if most and part.points >= most:  # the coordinator's choice alone gives less
        return ScorePart("favourite", most, most, Phrase("A favorite of the facility"), None, Tone.OK)
    return ScorePart("favourite", 0, most, Phrase("Not marked as a favorite"))
