"""How a facility's kind, payers and state read on a page."""

from flask_babel import gettext as _

from marketplace.facilities.rules import FacilityState


def kind_words() -> dict[str, str]:
    """The kinds of facility in the reader's language."""
    return {
        "hospital": _("Hospital"),
        "private clinic": _("Private clinic"),
        "doctor's office": _("Doctor's office"),
        "group practice": _("Group practice"),
        "emergency department": _("Emergency department"),
        "dental practice": _("Dental practice"),
    }


def kind_word(kind: str) -> str:
    """One of them; another word as it was typed."""
    return kind_words().get(kind, kind[:1].upper() + kind[1:])


def payer_words() -> dict[str, str]:
    """The usual payers in the reader's language."""
    return {
        "commercial": _("Commercial"),
        "medicare": _("Medicare"),
        "medicare-advantage": _("Medicare Advantage"),
        "medicaid": _("Medicaid"),
        "tricare": _("Tricare"),
        "workers-comp": _("Workers' compensation"),
        "self-pay": _("Self-pay"),
    }


def payer_word(payer: str) -> str:
    """One of them; another one as it was typed."""
    return payer_words().get(payer, payer.replace("-", " ").capitalize())


def state_words() -> dict[FacilityState, str]:
    """Where facilities stand, for a list of filters."""
    return {
        FacilityState.ONBOARDING: _("Getting started"),
        FacilityState.ACTIVE: _("Active"),
        FacilityState.PAUSED: _("Paused"),
    }
