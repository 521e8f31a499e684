"""The facts of a facility with their limits, and the life of a facility."""

from dataclasses import dataclass, replace
from enum import StrEnum

from marketplace.kernel import MOST_CENTS, N_, US_STATES, Invalid, Lifecycle, clean_text, is_valid_npi, zone_named


class FacilityState(StrEnum):
    """Active ones post needs; one that is paused keeps what is booked and asks for nothing new."""

    ONBOARDING = "onboarding"
    ACTIVE = "active"
    PAUSED = "paused"


LIFE = Lifecycle(
    "facility",
    {
        (FacilityState.ONBOARDING, "activate"): FacilityState.ACTIVE,
        (FacilityState.ACTIVE, "pause"): FacilityState.PAUSED,
        (FacilityState.PAUSED, "resume"): FacilityState.ACTIVE,
    },
)

KINDS = {
    "hospital": N_("Hospital"),
    "private clinic": N_("Private clinic"),
    "doctor's office": N_("Doctor's office"),
    "group practice": N_("Group practice"),
    "emergency department": N_("Emergency department"),
    "dental practice": N_("Dental practice"),
}
"""The usual kinds, with what they are called on a page."""

PAYERS = {
    "commercial": N_("Commercial"),
    "medicare": N_("Medicare"),
    "medicare-advantage": N_("Medicare Advantage"),
    "medicaid": N_("Medicaid"),
    "tricare": N_("Tricare"),
    "workers-comp": N_("Workers' compensation"),
    "self-pay": N_("Self-pay"),
}
"""The usual payers. For those of the Medicare, Medicaid and Tricare kind, work is done inside the US (matching reads these)."""

MAIN_SITE = "Main"
MOST_PAYERS = 30


@dataclass(frozen=True)
class FacilityDraft:
    """A facility as somebody types it or a file brings it. `region` is the state's two letters, the budget in cents a month."""

    npi: str
    name: str
    kind: str
    time_zone: str
    city: str = ""
    region: str = ""
    contact_name: str = ""
    contact_email: str = ""
    ehr: str = ""
    payer_mix: tuple[str, ...] = ()
    monthly_budget_cents: int | None = None


@dataclass(frozen=True)
class SiteDraft:
    """A place of the facility as somebody types it."""

    name: str
    time_zone: str
    city: str = ""
    region: str = ""
    monthly_budget_cents: int | None = None


@dataclass(frozen=True)
class TermsOfFile:
    """The outcome for the terms in a row: whether a draft of the contract was written, and the days that stand in it."""

    changed: bool
    net_days: int


def checked(draft: FacilityDraft) -> FacilityDraft:
    """The draft, cleaned; Invalid with the field that cannot be right. The e-mail address is the caller's to check."""
    if not is_valid_npi(draft.npi.strip()):
        raise Invalid("This is not an NPI: ten digits, starting with 1 or 2, the last one a check digit.", "npi")
    payers = tuple(dict.fromkeys(clean_text(payer, 60, "payer_mix").lower() for payer in draft.payer_mix))
    if len(payers) > MOST_PAYERS:
        raise Invalid("At most %(most)s payers.", "payer_mix", most=MOST_PAYERS)
    return replace(
        draft,
        npi=draft.npi.strip(),
        name=_needed(draft.name, 160, "name"),
        kind=_needed(draft.kind, 60, "kind"),
        time_zone=_zone(draft.time_zone),
        city=clean_text(draft.city, 80, "city"),
        region=_state(draft.region),
        contact_name=clean_text(draft.contact_name, 120, "contact_name"),
        ehr=clean_text(draft.ehr, 60, "ehr"),
        payer_mix=tuple(payer for payer in payers if payer),
        monthly_budget_cents=_budget(draft.monthly_budget_cents),
    )


def checked_site(draft: SiteDraft) -> SiteDraft:
    """The same for a site."""
    return SiteDraft(
        name=_needed(draft.name, 80, "name"),
        time_zone=_zone(draft.time_zone),
        city=clean_text(draft.city, 80, "city"),
        region=_state(draft.region),
        monthly_budget_cents=_budget(draft.monthly_budget_cents),
    )


def _needed(text: str, limit: int, field: str) -> str:
    cleaned = clean_text(text, limit, field)
    if not cleaned:
        raise Invalid("Fill this in.", field)
    return cleaned


def _zone(name: str) -> str:
    return zone_named(name.strip(), "time_zone").key


def _state(code: str) -> str:
    code = code.strip().upper()
    if code and code not in US_STATES:
        raise Invalid("Write the two letters of a US state, such as IL.", "region")
    return code


def _budget(cents: int | None) -> int | None:
    if cents is not None and not 0 <= cents <= MOST_CENTS:
        raise Invalid("The budget must be an amount from $0.00 up.", "monthly_budget_cents")
    return cents
