"""What the demo's agency has chosen about its own work."""

from datetime import datetime, timedelta

from marketplace.accounts.models import Person
from marketplace.kernel import clock
from marketplace.onboarding.choosing import choose
from marketplace.onboarding.rules import ActivationMode


def about_newcomers(by: Person, now: datetime) -> None:
    """For its first weeks they became active by themselves; since then somebody presses the button."""
    for mode, days in ((ActivationMode.AUTOMATIC, 140), (ActivationMode.OFFERED, 100)):
        at = now - timedelta(days=days)
        with clock.frozen_at(at):
            choose(mode, by, at)
