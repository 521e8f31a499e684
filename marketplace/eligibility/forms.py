"""The form in which the agency sets the weights of the score."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.eligibility.models import OFFERED_PARTS
from marketplace.eligibility.rule_texts import PART_WORDS
from marketplace.eligibility.score_weights import LONGEST_NOTE as LONGEST_REASON
from marketplace.eligibility.score_weights import weights_of
from marketplace.matching.facts import Weights
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

    parts, most = OFFERED_PARTS, MOST
    looked_at: Weights | None = None
    """The weights whose changes the page shows."""

    @property
    def amounts(self) -> list[int]:
        """The points typed for each part, in their order; unreadable ones count as 0."""
        return [self[part].data or 0 for part in OFFERED_PARTS]

    def checked(self) -> Weights | None:
        """The typed weights; None with every error written on the form.

        They are `looked_at` too, also when only the note is wrong.
        """
        valid, total = self.validate(), sum(self.amounts)
        if total == MOST and not self._any_part_wrong:
            self.looked_at = weights_of(self.amounts)
        if not valid:
            return None
        if total == MOST:
            return self.looked_at
        if total > MOST:
            self.refuse(
                _(
                    "These add up to %(total)s, which is %(more)s more than %(most)s. "
                    "Lower some, or have them fitted in the same proportions.",
                    total=total,
                    more=total - MOST,
                    most=MOST,
                )
            )
        else:
            self.refuse(
                _(
                    "These add up to %(total)s, which is %(less)s less than %(most)s. "
                    "Raise some, or have them fitted in the same proportions.",
                    total=total,
                    less=MOST - total,
                    most=MOST,
                )
            )
        return None

    @property
    def _any_part_wrong(self) -> bool:
        return any(self[part].errors for part in OFFERED_PARTS)

    @property
    def may_fit(self) -> bool:
        """Whether the typed points can be fitted in the same proportions to the whole."""
        return not self._any_part_wrong and sum(self.amounts) not in (0, MOST)

    def show(self, weights: Weights) -> None:
        """Show these weights instead of the typed ones, and look at them."""
        self.looked_at = weights
        for part in OFFERED_PARTS:
            self[part].data, self[part].raw_data = getattr(weights, part), None
