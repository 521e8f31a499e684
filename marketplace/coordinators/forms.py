"""The forms of a coordinator's profile and of an exclusion hold."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.catalogue.lists import LANGUAGES_OFFERED, RECORDS_SYSTEMS, STATE_CHOICES
from marketplace.catalogue.queries import line_names
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.rules import MOST_PAY_CENTS, MOST_YEARS, CoordinatorDraft
from marketplace.coordinators.texts import education_words
from marketplace.kernel import COUNTRIES
from marketplace.web import country_name, language_name
from marketplace.web.forms import (
    Choice,
    Choices,
    DollarAmount,
    EmailAddress,
    Form,
    Notes,
    WholeNumber,
    Words,
    ZoneChoice,
)

# Where coordinators work from most often; the other countries follow by name.
COUNTRIES_FIRST = ("US", "MX", "CO", "PH")


class ProfileForm(Form):
    """The part of the profile that coordinators fill in themselves."""

    service_lines = Choices(_l("What you do"), required=True)
    languages = Choices(_l("Languages"), required=True)
    ehr = Choices(_l("Records systems (EHR) you know"))
    other_systems = Words(_l("Other systems"), limit=400, required=False, description=_l("With commas between them."))
    years_experience = WholeNumber(_l("Years of experience"), 0, MOST_YEARS)
    education = Choice(_l("Education"))
    min_pay_cents = DollarAmount(
        _l("Lowest pay an hour"),
        most=MOST_PAY_CENTS,
        description=_l("Shifts that pay less are not offered. Facilities do not see this."),
    )
    max_week_hours = WholeNumber(_l("Most hours a week"), 1, 168)
    rest_hours = WholeNumber(_l("Rest between shifts, in hours"), 0, 24)
    time_zone = ZoneChoice(_l("Time zone"), description=_l("Your typical week is on this clock."))

    def offer(self, coordinator: Coordinator | None = None) -> None:
        """Offer the choices of the catalogue and the present values."""
        lines = line_names()
        tongues, known = [*LANGUAGES_OFFERED], [*RECORDS_SYSTEMS]
        if coordinator is not None:
            lines |= {code: lines.get(code, code) for code in coordinator.service_lines}
            tongues, known = [*tongues, *coordinator.languages], [*known, *coordinator.ehr]
        self.service_lines.choices = list(lines.items())
        self.languages.choices = [(code, language_name(code)) for code in dict.fromkeys(tongues)]
        self.ehr.choices = [(name, name) for name in sorted(dict.fromkeys(known), key=str.casefold)]
        self.education.choices = [(level.value, words) for level, words in education_words().items()]

    def draft(self, coordinator: Coordinator) -> CoordinatorDraft:
        """The draft with the values of the form; the rest stays as it is. `coordinator` is loaded `with_details`."""
        return CoordinatorDraft(
            email=coordinator.person.email,
            name=coordinator.person.name,
            country=coordinator.country,
            work_state=coordinator.work_state,
            rating_tenths=int(coordinator.rating * 10) if coordinator.rating is not None else None,
            availability=tuple(window.hours for window in coordinator.availability),
            **self.stated(),
        )

    def stated(self) -> dict[str, Any]:
        """The part of a draft that stands on this form."""
        return {
            "service_lines": tuple(self.service_lines.data),
            "languages": tuple(self.languages.data),
            "ehr": tuple(dict.fromkeys([*self.ehr.data, *_split(self.other_systems.data)])),
            "years_experience": self.years_experience.data,
            "education": self.education.data,
            "min_pay_cents": self.min_pay_cents.data,
            "max_week_minutes": self.max_week_hours.data * 60,
            "rest_minutes": self.rest_hours.data * 60,
            "time_zone": self.time_zone.data,
        }


def _split(text: str) -> Iterable[str]:
    return filter(None, (part.strip() for part in text.split(",")))


def as_shown(coordinator: Coordinator) -> dict[str, Any]:
    """The values of the form before anything is typed."""
    names = (
        "service_lines",
        "languages",
        "ehr",
        "years_experience",
        "education",
        "min_pay_cents",
        "time_zone",
        "country",
        "work_state",
    )
    return {
        **{name: getattr(coordinator, name) for name in names},
        "max_week_hours": coordinator.max_week_minutes // 60,
        "rest_hours": coordinator.rest_minutes // 60,
        "name": coordinator.person.name,
        "email": coordinator.person.email,
    }


def countries() -> list[tuple[str, str]]:
    """Every country by name, the usual ones first."""
    rest = sorted(COUNTRIES - set(COUNTRIES_FIRST), key=country_name)
    return [(code, country_name(code)) for code in (*COUNTRIES_FIRST, *rest)]


class PlaceForm(Form):
    """The place of work. The agency sets it, because it decides which shifts the coordinator may take."""

    country = Choice(_l("Country"), choices=countries)
    work_state = Choice(
        _l("State of work"),
        choices=STATE_CHOICES,
        required=False,
        description=_l("In the US only: a multistate license must be from this state."),
    )


class NewCoordinatorForm(PlaceForm):
    """Somebody to register and invite."""

    name = Words(_l("Name"), limit=120, render_kw={"autocomplete": "off"})
    email = EmailAddress(_l("E-mail address"), render_kw={"autocomplete": "off"})
    time_zone = ZoneChoice(_l("Time zone"))
    service_lines = Choices(_l("Service lines"), required=True)

    def offer(self) -> None:
        """The service lines of the catalogue."""
        self.service_lines.choices = list(line_names().items())

    def draft(self) -> CoordinatorDraft:
        """The values of the form as a draft for the rules."""
        return CoordinatorDraft(
            email=self.email.data,
            name=self.name.data,
            country=str(self.country.data),
            work_state=self.work_state.data or "",
            time_zone=str(self.time_zone.data),
            service_lines=tuple(self.service_lines.data),
        )


class CoordinatorForm(PlaceForm, ProfileForm):
    """The profile as the agency changes it; name and address only while the coordinator has no account."""

    name = Words(_l("Name"), limit=120, render_kw={"autocomplete": "off"})
    email = EmailAddress(_l("E-mail address"), render_kw={"autocomplete": "off"})


class HoldForm(Form):
    """The reason of an exclusion hold."""

    reason = Notes(_l("Why"), limit=500, description=_l("What was found, in which list, on which day."))
