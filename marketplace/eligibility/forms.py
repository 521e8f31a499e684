"""The form in which the agency sets the weights of the score."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from marketplace.eligibility.models import OFFERED_PARTS
from marketplace.eligibility.rule_texts import PART_WORDS
from marketplace.eligibility.score_weights import LONGEST_NOTE as LONGEST_REASON
from marketplace.matching.scoring import MOST
from marketplace.web.forms import Form, WholeNumber, Words


def _most(part: str) -> WholeNumber:
    return WholeNumber(PART_WORDS[part].title, 0, MOST, description=PART_WORDS[part].description)


class WeightsForm(Form):
    """The most each part of the score can give, and why."""

    continuity = _most("continuity")
    favourite = _most("favourite")
    rating = _most("rating")
    cost = _most("cost")
    time_zone = _most("time_zone")
    skills = _most("skills")
    fairness = _most("fairness")
    versatility = _most("versatility")
    note = Words(
        _l("Why"), required=False, limit=LONGEST_REASON, guard=True, description=_l("Read by whoever sets them next.")
    )

    @property
    def amounts(self) -> list[int]:
        """The points typed for each part, in their order; unreadable ones count as 0."""
        return [self[part].data or 0 for part in OFFERED_PARTS]

    def fill(self, amounts: Iterable[int]) -> None:
        """Show these instead of what was typed."""
        for part, points in zip(OFFERED_PARTS, amounts, strict=True):
            self[part].data, self[part].raw_data = points, None
