"""The oldest press of the clock that counts, and the earliest start of hours entered by hand."""

from datetime import datetime, timedelta
from typing import NamedTuple

from marketplace.kernel import Invalid

FAST_DEVICE = timedelta(minutes=2)
"""A device's clock may be ahead by so much; the moment then counts as now."""


OLDEST_PUNCH = timedelta(hours=24)
"""A punch kept on a phone without a network may arrive so late."""


CORRECT_BEFORE_START = timedelta(hours=4)
"""Hours entered by hand begin no earlier than this before the planned start."""


class Moment(NamedTuple):
    """The moment a button was pressed, and whether the punch waited on the device for a network."""

    at: datetime
    waited: bool


def moment_pressed(device: datetime | None, arrived: datetime) -> Moment:
    """The moment a punch counts from: what the device says within sane bounds, else a sentence (Invalid).

    Without a device time it is the moment of arrival. A device up to two minutes ahead counts as now.
    """
    if device is None or abs(device - arrived) <= FAST_DEVICE:
        return Moment(min(device, arrived) if device else arrived, False)
    if device > arrived:
        raise Invalid("The clock of this device is ahead of the real time. Set it to automatic, then press again.")
    if arrived - device > OLDEST_PUNCH:
        raise Invalid("This was pressed more than 24 hours ago. Enter the hours by hand, with a reason.")
    return Moment(device, True)
