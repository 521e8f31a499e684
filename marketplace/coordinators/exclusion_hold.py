"""Holding a coordinator back while a hit of an exclusion screening is not settled, and releasing them."""

from datetime import datetime

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.readiness import look_again
from marketplace.kernel import Invalid, NotAllowedNow, Phrase, clean_text


def hold(coordinator: Coordinator, reason: str, by: Person, at: datetime) -> None:
    """Refuse new bookings from now on (42 CFR 1001.1901: an excluded person's work is not paid for). Bookings stay.

    `coordinator` is loaded with what a screening found. Raises Invalid with the field.
    """
    reason = clean_text(reason, 500, "reason", multiline=True)
    if not reason:
        raise Invalid("Write what was found.", "reason")
    coordinator.exclusion_hold = reason
    record(
        "hold",
        coordinator,
        Phrase("%(name)s is held back: exclusion screening.", name=coordinator.name),
        by=by,
        reason=reason,
    )


def release(coordinator: Coordinator, by: Person, at: datetime) -> None:
    """End the hold after adjudication: bookings are possible again. Raises NotAllowedNow without a hold."""
    if coordinator.exclusion_hold is None:
        raise NotAllowedNow("There is no hold to lift.")
    before, coordinator.exclusion_hold = coordinator.exclusion_hold, None
    record(
        "release",
        coordinator,
        Phrase("%(name)s is not held back any more.", name=coordinator.name),
        by=by,
        reason=before,
    )
    look_again(coordinator)
