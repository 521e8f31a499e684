"""The oldest press of the clock that counts, and the earliest start of hours entered by hand."""

from datetime import datetime, timedelta
from typing import NamedTuple

from marketplace.kernel import Invalid

OLDEST_PUNCH = timedelta(hours=24)
"""A punch kept on a phone without a network may arrive so late."""


CORRECT_BEFORE_START = timedelta(hours=4)
"""Hours entered by hand begin no earlier than this before the planned start."""


class Moment(NamedTuple):
    """The moment a button was pressed, and whether the punch waited on the device for a network."""

    at: datetime
    waited: bool


def moment_pressed(waited: timedelta | None, arrived: datetime) -> Moment:
    """The moment a punch counts from: `waited` before it arrived, for a press that waited on the phone; else the arrival.

    The phone measures `waited` between press and sending, so a phone whose clock is wrong by hours tells the right moment.
    Raises Invalid for a wait below zero (the clock was set back in between) or above OLDEST_PUNCH.
    """
    if waited is None:
        return Moment(arrived, False)
    if waited < timedelta(0):
        raise Invalid(
            "The clock of this phone was set back after the button was pressed. Enter the hours by hand, with a reason."
        )
    if waited > OLDEST_PUNCH:
        raise Invalid("This was pressed more than 24 hours ago. Enter the hours by hand, with a reason.")
    return Moment(arrived - waited, True)
