"""The forms of the matching board."""

from flask_babel import lazy_gettext as _l

from marketplace.booking.reassignment_requests import ReassignmentStep
from marketplace.kernel import Invalid, key
from marketplace.plans.constraints import LONGEST_REASON
from marketplace.web.forms import Form, Hidden, WholeNumber, Words


class WhoForm(Form):
    """Which coordinator, chosen from a row; checked like anything typed."""

    coordinator = Hidden(limit=20)
    proposed = Hidden(limit=20)
    reason = Words(_l("Reason"), required=False, limit=LONGEST_REASON, guard=True)


class MoveForm(Form):
    """A chain of moves, from the open seat on: coordinator and shift they leave (12:345,13:346), and who is free for the last."""

    steps = Hidden(limit=100)
    free = Hidden(limit=20)

    @property
    def chain(self) -> list[ReassignmentStep]:
        """The steps; raises Invalid for anything that is none."""
        pairs = [each.split(":") for each in str(self.steps.data or "").split(",")]
        numbers = [[key(number) for number in pair] for pair in pairs]
        if any(len(pair) != 2 or None in pair for pair in numbers):
            raise Invalid("This form is damaged. Open the page again and repeat.")
        return [ReassignmentStep(who or 0, where or 0) for who, where in numbers]


class SettingsForm(Form):
    """Settings of plans from now on."""

    horizon_days = WholeNumber(_l("Days ahead"), 1, 60, description=_l("How far a plan looks into the future."))
    freeze_hours = WholeNumber(
        _l("Frozen hours"),
        0,
        336,
        description=_l(
            "So many hours before a shift begins, nobody is proposed beside those who were asked already. "
            "Longer is calmer for people, shorter fills more seats."
        ),
    )
    time_limit_seconds = WholeNumber(
        _l("Seconds to search"), 1, 900, description=_l("The best plan found until then is taken.")
    )
    fair_percent = WholeNumber(
        _l("Fair share, percent"),
        1,
        100,
        description=_l("Who is further below comparable people than this is flagged on the page of fair shares."),
    )
