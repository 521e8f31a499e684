"""Forms about a facility and its sites."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.catalogue.lists import RECORDS_SYSTEMS, STATE_CHOICES
from marketplace.facilities.models import Facility, Site
from marketplace.facilities.registration import FACTS
from marketplace.facilities.rules import KINDS, PAYERS, FacilityDraft, SiteDraft
from marketplace.facilities.sites import SITE_FACTS
from marketplace.facilities.texts import kind_word, payer_word
from marketplace.web.forms import Choice, Choices, DollarAmount, EmailAddress, Form, NpiField, Words, ZoneChoice


class FactsForm(Form):
    """The facts a facility gives about itself."""

    kind = Choice(_l("Kind of facility"))
    time_zone = ZoneChoice(
        _l("Time zone"), description=_l("Shifts are posted, and hours are counted, on this place's clock.")
    )
    city = Words(_l("City"), limit=80)
    region = Choice(_l("State"), choices=STATE_CHOICES, empty_label="–")
    contact_name = Words(_l("Person to talk to"), limit=120)
    contact_email = EmailAddress(_l("Their e-mail address"), render_kw={"autocomplete": "off"})
    ehr = Words(
        _l("Records system (EHR)"),
        limit=60,
        required=False,
        render_kw={"list": "systems", "autocomplete": "off"},
    )
    payer_mix = Choices(
        _l("Who pays for your patients"),
        description=_l("For Medicare and Medicaid patients the work is done inside the US."),
    )
    monthly_budget_cents = DollarAmount(_l("Budget a month"), required=False)

    def offer(self, facility: Facility | None = None) -> None:
        """The kinds and payers to choose from: the usual ones and what stands there now."""
        kinds = dict.fromkeys([*KINDS, *([facility.kind] if facility else [])])
        payers = dict.fromkeys([*PAYERS, *(facility.payer_mix if facility else [])])
        self.kind.choices = [(kind, kind_word(kind)) for kind in kinds]
        self.payer_mix.choices = [(payer, payer_word(payer)) for payer in payers]

    def draft(self, npi: str, name: str) -> FacilityDraft:
        """The filled-in values, as the rules take them."""
        return FacilityDraft(
            npi=npi,
            name=name,
            kind=str(self.kind.data),
            time_zone=str(self.time_zone.data),
            city=self.city.data,
            region=self.region.data or "",
            contact_name=self.contact_name.data,
            contact_email=self.contact_email.data,
            ehr=self.ehr.data,
            payer_mix=tuple(self.payer_mix.data),
            monthly_budget_cents=self.monthly_budget_cents.data,
        )


class FacilityForm(FactsForm):
    """The facts the agency keeps about a facility."""

    name = Words(_l("Name"), limit=160, description=_l("As it stands on contract and invoices."))
    npi = NpiField(_l("NPI"), description=_l("Ten digits; the check digit is verified."))

    def whole_draft(self) -> FacilityDraft:
        """The filled-in values, as the rules take them."""
        return self.draft(self.npi.data, self.name.data)


class NewFacilityForm(FacilityForm):
    """The same, and who is invited as its owner: the person to talk to."""

    contact_name = Words(_l("Owner's name"), limit=120, render_kw={"autocomplete": "off"})
    contact_email = EmailAddress(
        _l("Owner's e-mail address"),
        description=_l("Gets the invitation, and is the person to talk to."),
        render_kw={"autocomplete": "off"},
    )


class OwnerForm(Form):
    """Somebody to invite as an owner of the facility."""

    name = Words(_l("Name"), limit=120)
    email = EmailAddress(_l("E-mail address"), render_kw={"autocomplete": "off"})


class SiteForm(Form):
    """A place of the facility."""

    name = Words(_l("Name"), limit=80)
    time_zone = ZoneChoice(_l("Time zone"))
    city = Words(_l("City"), limit=80, required=False)
    region = Choice(_l("State"), choices=STATE_CHOICES, required=False)
    monthly_budget_cents = DollarAmount(_l("Budget a month"), required=False)

    def draft(self) -> SiteDraft:
        """The filled-in values, as the rules take them."""
        return SiteDraft(
            name=self.name.data,
            time_zone=str(self.time_zone.data),
            city=self.city.data,
            region=self.region.data or "",
            monthly_budget_cents=self.monthly_budget_cents.data,
        )


def site_as_shown(site: Site) -> dict[str, Any]:
    """The initial values of the form of a site."""
    return {name: getattr(site, name) for name in SITE_FACTS}


def systems(more: Iterable[str] = ()) -> list[str]:
    """Records systems to suggest, in order."""
    return sorted({*RECORDS_SYSTEMS, *filter(None, more)}, key=str.casefold)


def as_shown(facility: Facility) -> dict[str, Any]:
    """The initial values of the form."""
    return {name: getattr(facility, name) for name in FACTS}
