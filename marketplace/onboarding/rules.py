"""How a newcomer becomes active once nothing is missing."""

from enum import StrEnum


class ActivationMode(StrEnum):
    """Offered to the agency's people, with a button; or done by itself when the last step is."""

    OFFERED = "offered"
    AUTOMATIC = "automatic"
