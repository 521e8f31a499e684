"""The demo's facilities by their key and who acts for each; the coordinators it shows."""

from marketplace.accounts.models import Person
from marketplace.facilities.models import Facility

# Kept out of the automatic roster: the demo gives them what it shows.
SHOWN = ("maya", "devon", "jonas", "aisha", "sofia")


class Places:
    """The facilities by their key, and their owners as people who act."""

    def __init__(self) -> None:
        self.facility: dict[str, Facility] = {}
        self.owner: dict[str, Person] = {}

    def of(self, key: str) -> tuple[Facility, Person]:
        """A facility and its owner."""
        return self.facility[key], self.owner[key]

    def owners(self) -> dict[int, Person]:
        """Facility id to owner."""
        return {self.facility[key].id: self.owner[key] for key in self.facility}

    def keys(self) -> dict[int, str]:
        """Facility id to key."""
        return {facility.id: key for key, facility in self.facility.items()}

    def zones(self) -> dict[int, str]:
        """Facility id to time zone."""
        return {facility.id: facility.time_zone for facility in self.facility.values()}
