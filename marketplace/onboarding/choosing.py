"""The agency chooses whether newcomers are activated by hand or by themselves."""

from datetime import datetime

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.db import session
from marketplace.kernel import Phrase
from marketplace.onboarding import ready
from marketplace.onboarding.models import ActivationChoice
from marketplace.onboarding.rules import ActivationMode

CHOSEN = {
    ActivationMode.OFFERED: Phrase("Newcomers are activated by hand from now on."),
    ActivationMode.AUTOMATIC: Phrase("Newcomers become active by themselves from now on, once nothing is missing."),
}


def choose(mode: ActivationMode, by: Person, at: datetime) -> int:
    """From now on. With automatic activation those who are ready already become active at once; returns how many."""
    session.add(ActivationChoice(mode=mode, chosen_by_id=by.id, chosen_at=at))
    session.flush()
    record("choose activation", by, CHOSEN[mode], by=by)
    return ready.look_at_facilities(at) + ready.look_at_coordinators(at) if mode is ActivationMode.AUTOMATIC else 0
