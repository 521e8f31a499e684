"""The words for a facility's kind, payers and state."""

from datetime import datetime

from flask_babel import gettext as _

from marketplace.facilities.models import Facility
from marketplace.facilities.readiness import missing_steps
from marketplace.facilities.rules import KINDS, PAYERS, FacilityState
from marketplace.kernel import Phrase


def kind_word(kind: str) -> str:
    """A kind of facility in the reader's language; an unusual one as it was typed."""
    return _(KINDS[kind]) if kind in KINDS else kind[:1].upper() + kind[1:]


def payer_word(payer: str) -> str:
    """A payer in the reader's language; an unusual one as it was typed."""
    return _(PAYERS[payer]) if payer in PAYERS else payer.replace("-", " ").capitalize()


def state_words() -> dict[FacilityState, str]:
    """The words for the states of facilities, for a list of filters."""
    return {
        FacilityState.ONBOARDING: _("Getting started"),
        FacilityState.ACTIVE: _("Active"),
        FacilityState.PAUSED: _("Paused"),
    }


def missing_words(facility: Facility, at: datetime) -> list[Phrase]:
    """What is left until the agency can activate it, in its words; empty when nothing is."""
    return missing_steps(facility, at, for_agency=True)
