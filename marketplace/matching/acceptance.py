"""The chance that somebody accepts an offer, and what it takes from a proposal: a plan of people who decline is no plan.

**The chance.** Each answer is a draw with a chance of its own for each person, of which we know beforehand what is usual: the
Beta-binomial model (Gelman et al., *Bayesian Data Analysis*, 3rd ed., 2.4). With a prior of Beta(8, 2), eight of ten, a person
who accepted y of n offers is expected to accept (8 + y) of (10 + n). Ten answers of their own weigh as much as the prior, so that
a newcomer who declined once is not left out, and somebody who always declines is known after a month or two. The prior is
ours, a cautious guess until an agency has a history; simulations of past weeks use the same one. Only answers of the
last six months count: people's lives change. An offer that somebody else was quicker to take, that was withdrawn or that
ran out is no answer.

**What it takes.** A plan adds 10,000 × priority + points for each pair. Of this only the points are multiplied by the chance,
rounded down; the seat keeps its whole value. A seat that is declined is not lost: it is offered to the next one and stands in
the next plan. Were its value multiplied too, one percent of chance would weigh as much as a hundred points of fit, and the
same willing few would be asked for everything. So seats still come first, points stay from 0 to 999, and as the solver is
simply given other points, its bound is a bound on what it is given.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from marketplace.kernel import Phrase
from marketplace.matching.scoring import Score, ScorePart, Tone

YES, ANSWERS = 8, 10
"""Before anybody has answered much: eight of ten say yes."""

COUNTED_FOR = timedelta(days=182)
"""An answer counts for so long."""

USUALLY, MOSTLY = 750, 500
"""Thousandths from which on somebody is said to accept usually, and more often than not."""


Whole = TypeVar("Whole", int, npt.NDArray[np.int64])


class Answers(NamedTuple):
    """The offers somebody accepted, of those they answered."""

    accepted: int = 0
    answered: int = 0


NONE_YET = Answers()


def chance(answers: Answers) -> int:
    """In whole thousandths, rounded down, how likely the next answer is a yes."""
    return 1000 * (YES + answers.accepted) // (ANSWERS + answers.answered)


def expected(points: Whole, thousandths: Whole) -> Whole:
    """Points times chance, rounded down: of one pair, or of many as arrays."""
    return points * thousandths // 1000


def with_acceptance(fit: Score, answers: Answers) -> Score:
    """The score of a pair as a plan counts it: one part more, which takes points."""
    taken = fit.total - expected(fit.total, chance(answers))
    return Score(fit.total - taken, (*fit.parts, _part(-taken, answers)))


def with_application(fit: Score) -> Score:
    """The score of somebody who has applied for the shift: they have said yes."""
    return Score(fit.total, (*fit.parts, _APPLIED))


_APPLIED = ScorePart("acceptance", 0, 0, Phrase("Has applied for this shift"), None, Tone.OK)


def _part(points: int, answers: Answers) -> ScorePart:
    if not answers.answered:
        usual = Phrase("%(count)s of %(most_count)s is usual", count=YES, most_count=ANSWERS)
        return ScorePart("acceptance", points, 0, Phrase("Has answered no offers yet"), usual)
    likely = chance(answers)
    detail = Phrase("%(count)s of %(most_count)s offers accepted", count=answers.accepted, most_count=answers.answered)
    if likely >= USUALLY:
        return ScorePart("acceptance", points, 0, Phrase("Usually accepts"), detail)
    if likely >= MOSTLY:
        return ScorePart("acceptance", points, 0, Phrase("Accepts more often than not"), detail)
    return ScorePart("acceptance", points, 0, Phrase("Often declines"), detail, Tone.NOTE)
