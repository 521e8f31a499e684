"""What is asked when a shift is turned down or given back, and when the score is weighed anew."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from marketplace.assignments.models import PARTS_OF_THE_SCORE, CancelledBy
from marketplace.assignments.moving import Shown
from marketplace.assignments.offering import LONGEST_NOTE, MOST_AT_ONCE
from marketplace.assignments.rule_words import PART_WORDS
from marketplace.assignments.weighing import LONGEST_NOTE as LONGEST_REASON
from marketplace.kernel.typed import digits
from marketplace.matching.scores import MOST
from marketplace.web.forms import Choice, Form, Hidden, Notes, WholeNumber, Words


class ReasonForm(Form):
    """Why, if somebody wants to say so."""

    reason = Notes(_l("Reason"), required=False, limit=LONGEST_NOTE)


class JudgementForm(Form):
    """What the agency found out about a no-show."""

    reason = Notes(_l("What you found out"), required=False, limit=LONGEST_NOTE)


class HowManyForm(Form):
    """How many of the next best are asked at once."""

    count = WholeNumber(_l("How many"), 1, MOST_AT_ONCE)


class CancelForm(Form):
    """Why, and what the person was shown that it costs."""

    reason = Notes(_l("Reason"), required=False, limit=LONGEST_NOTE)
    fee_cents = Hidden(limit=12)
    points = Hidden(limit=8)

    @property
    def shown(self) -> tuple[int, int] | None:
        """Fee in cents and points as they stood on the page; None when somebody has tampered with them."""
        given = [str(field.data or "") for field in (self.fee_cents, self.points)]
        fee, points = (digits(text.removeprefix("-"), 10**12) for text in given)
        if fee is None or points is None:
            return None
        return (-fee if given[0].startswith("-") else fee), (-points if given[1].startswith("-") else points)


class MoveAnswerForm(Form):
    """What she was shown of the shift she would move to."""

    start = Hidden(limit=12)
    end = Hidden(limit=12)
    pay = Hidden(limit=12)

    @property
    def saw(self) -> Shown | None:
        """Start, end and pay as they stood on the page; None when somebody has tampered with them."""
        given = [str(field.data or "") for field in (self.start, self.end, self.pay)]
        start, end, pay = (digits(text, 10**12) for text in given)
        return None if start is None or end is None or pay is None else Shown(start, end, pay)


class AgencyCancelForm(CancelForm):
    """The agency also says on whose behalf it cancels."""

    side = Choice(
        _l("On behalf of"),
        [
            (CancelledBy.AGENCY.value, _l("The agency: nobody pays")),
            (CancelledBy.FACILITY.value, _l("The facility")),
            (CancelledBy.COORDINATOR.value, _l("The coordinator")),
        ],
    )


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
    preferred_hours = _most("preferred_hours")
    fairness = _most("fairness")
    versatility = _most("versatility")
    note = Words(
        _l("Why"), required=False, limit=LONGEST_REASON, guard=True, description=_l("Read by whoever sets them next.")
    )

    @property
    def amounts(self) -> list[int]:
        """What was typed, part by part in their order; what could not be read counts as nothing."""
        return [self[part].data or 0 for part in PARTS_OF_THE_SCORE]

    def fill(self, amounts: Iterable[int]) -> None:
        """Show these instead of what was typed."""
        for part, points in zip(PARTS_OF_THE_SCORE, amounts, strict=True):
            self[part].data, self[part].raw_data = points, None
