# mypy: disallow-subclassing-any=False
"""Forms to post, change or extend a need."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field

from marketplace.catalogue.lists import LANGUAGES_OFFERED, RECORDS_SYSTEMS
from marketplace.coordinators.models import Education
from marketplace.coordinators.texts import education_words
from marketplace.facilities.models import Facility
from marketplace.kernel import US_STATES, Invalid
from marketplace.needs.models import FillMode, Need
from marketplace.needs.posting import LONGEST_NOTES
from marketplace.needs.quoting import MOST_HEADS, NeedDraft
from marketplace.needs.texts import Catalogue, clock_words, named, weekday_names
from marketplace.web import language_name
from marketplace.web.forms import Choice, Choices, ClockTime, Day, DollarAmount, Form, Notes, Tick, WholeNumber, Words

MOST_OTHER_DAYS = 60
DAY_BOXES = 3


class Days(Field):
    """Several single days, each in a date input of its own; three empty ones wait for more."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators or [], **options)
        self.flags.optional = True

    def process_formdata(self, valuelist: list[Any]) -> None:
        texts = [text for text in valuelist if isinstance(text, str) and text.strip()]
        self.data = []
        if len(texts) > MOST_OTHER_DAYS:
            raise ValueError(_("At most %(most)s single days. Post another need for the rest.", most=MOST_OTHER_DAYS))
        self.data = sorted({_day(text.strip()) for text in texts})

    def widget(self, field: Field, **attributes: Any) -> Markup:
        typed = [text for text in self.raw_data or () if isinstance(text, str) and text.strip()][:MOST_OTHER_DAYS]
        values = typed or [day.isoformat() for day in self.data or ()]
        box = Markup('<input class="input" type="date" id="{}" name="{}" value="{}" aria-label="{}"{}>')
        said = "".join(
            Markup(' {}="{}"').format(name, attributes[name])
            for name in ("aria-invalid", "aria-describedby")
            if name in attributes
        )
        boxes = []
        for number, value in enumerate([*values, *[""] * DAY_BOXES], 1):
            key = self.id if number == 1 else f"{self.id}-{number}"
            boxes.append(box.format(key, self.name, value, _("Day %(number)s", number=number), Markup(said)))  # noqa: S704
        return Markup('<div class="fields-3">{}</div>').format(Markup("").join(boxes))


def _day(text: str) -> date:
    try:
        if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(_("One of these is not a date of the calendar. Write it like 2026-11-24."))


class PatientStates(Words):
    """Two-letter codes of the states the patients are in: "IL, WI". `data` is a list."""

    empty: Any = []

    def read(self, text: str) -> list[str]:
        codes = list(dict.fromkeys(super().read(text).upper().replace(",", " ").replace(";", " ").split()))
        strangers = [code for code in codes if code not in US_STATES]
        if strangers:
            raise ValueError(_("%(code)s is not a state. Write two letters each, like IL, WI.", code=strangers[0][:12]))
        return codes

    def shown(self, value: Any) -> str:
        return ", ".join(value)


def _weekdays() -> list[tuple[str, str]]:
    return [(str(weekday), name) for weekday, name in weekday_names().items()]


def _modes() -> list[tuple[str, str]]:
    return [
        (FillMode.OFFER.value, _("I choose whom to ask")),
        (FillMode.FIRST_COME.value, _("First come, first served")),
        (FillMode.CHOOSE.value, _("People apply, then I choose")),
    ]


class RequirementsForm(Form):
    """The requirements, duties and notes of a need: all that may change after posting."""

    required_credentials = Choices(_l("Credentials"))
    preferred_credentials = Choices(_l("Nice to have"))
    patient_states = PatientStates(
        _l("States your patients are in"),
        required=False,
        limit=300,
        description=_l("Two letters each: IL, WI. A nurse's license must hold in each of them."),
    )
    languages = Choices(_l("Languages"))
    ehr = Choice(_l("Records system"), required=False, empty_label=_l("Any"))
    min_education = Choice(_l("Education, at least"), required=False, empty_label=_l("Any"))
    min_years = WholeNumber(_l("Years of experience, at least"), 0, 40, required=False)
    duties = Choices(_l("Duties"))
    notes = Notes(
        _l("Notes"),
        limit=LONGEST_NOTES,
        required=False,
        description=_l(
            "What the coordinator should know. Nothing about patients: no names, dates of birth or record numbers."
        ),
    )

    def offer_requirements(self, offered: Catalogue, facility: Facility, need: Need | None = None) -> None:
        """Fill the lists from the catalogue; what `need` already asks for stays on offer. Call it before `validate`."""
        asked = [*need.required_credentials, *need.preferred_credentials] if need else []
        types = {code: code for code in asked} | dict(named(offered.credentials))
        self.required_credentials.choices = self.preferred_credentials.choices = list(types.items())
        self.duties.choices = named(offered.duties)
        tongues = dict.fromkeys([*LANGUAGES_OFFERED, *(need.languages if need else ())])
        self.languages.choices = [(code, language_name(code)) for code in tongues]
        known = sorted({*RECORDS_SYSTEMS, *filter(None, (facility.ehr, need.ehr if need else ""))}, key=str.casefold)
        self.ehr.choices = [("", _("Any")), *((name, name) for name in known)]
        self.min_education.choices = [("", _("Any")), *((e.value, word) for e, word in education_words().items())]

    def requirements(self) -> dict[str, Any]:
        """The requirements by the names of the need's columns."""
        return {
            "required_credentials": tuple(self.required_credentials.data),
            "preferred_credentials": tuple(self.preferred_credentials.data),
            "patient_states": tuple(self.patient_states.data or ()),
            "languages": tuple(self.languages.data),
            "ehr": self.ehr.data or "",
            "min_education": Education(self.min_education.data) if self.min_education.data else None,
            "min_years": self.min_years.data or 0,
            "duties": tuple(self.duties.data),
            "notes": self.notes.data or "",
        }


class NeedForm(RequirementsForm):
    """Everything about a need, in the local time of its site."""

    line = Choice(_l("Role"), required=True, empty_label=_l("Choose a role"))
    site = Choice(_l("Site"), keys=True, required=True)
    headcount = WholeNumber(_l("How many people"), 1, MOST_HEADS)
    first_day = Day(_l("Date"))
    starts_local = ClockTime(_l("From"))
    ends_local = ClockTime(_l("To"))
    next_day = Tick(_l("Ends the next day"))
    repeat = Choices(_l("Repeat"), _weekdays)
    until = Day(_l("Until"), required=False)
    leave_out_holidays = Tick(_l("Leave out holidays"), description=_l("Federal ones, among the days that repeat."))
    other_days = Days(_l("Other days"), description=_l("Single days with the same hours."))
    mode = Choice(_l("How seats are filled"), _modes)
    rate = DollarAmount(_l("Hourly rate"), least=1, required=False)

    def offer_places(self, offered: Catalogue, facility: Facility, need: Need | None = None) -> None:
        """Fill the lists of roles and sites; call it before `validate`."""
        self.line.choices = [("", _("Choose a role")), *named(offered.lines)]
        sites = [site for site in facility.sites if site.active or (need and site.id == need.site_id)]
        self.site.choices = [(site.id, site.name) for site in sites]

    @property
    def asks_next_day(self) -> bool:
        """Whether the box "Ends the next day" is shown: it is ticked, or the end came before the start."""
        return bool(self.next_day.data) or self._ends_early()

    def _ends_early(self) -> bool:
        start, end = self.starts_local.data, self.ends_local.data
        return start is not None and end is not None and end <= start

    def draft(self, facility: Facility) -> NeedDraft:
        """The filled-in draft; raises Invalid at `ends_local` when the order of the times makes no sense."""
        site = next(site for site in facility.sites if site.id == self.site.data)
        start, end = self.starts_local.data, self.ends_local.data
        if self._ends_early() and not self.next_day.data:
            raise Invalid(_before(start, end), "ends_local")
        if self.next_day.data and end > start:
            raise Invalid(
                _(
                    "Until %(end)s the next day is longer than 24 hours. Untick “Ends the next day”.",
                    end=clock_words(end),
                ),
                "ends_local",
            )
        starts = datetime.combine(self.first_day.data, start)
        ends = datetime.combine(self.first_day.data, end) + timedelta(days=1 if self.next_day.data else 0)
        chosen = tuple(int(weekday) for weekday in self.repeat.data)
        return NeedDraft(
            facility_id=facility.id,
            site_id=site.id,
            time_zone=site.time_zone,
            line=str(self.line.data),
            starts=starts,
            ends=ends,
            repeat=chosen or "",
            until=self.until.data,
            other_days=tuple(self.other_days.data or ()),
            leave_out_holidays=bool(chosen and self.leave_out_holidays.data),
            headcount=self.headcount.data,
            mode=FillMode(str(self.mode.data)),
            bill_rate_cents=self.rate.data,
            **self.requirements(),
        )


def _before(start: time, end: time) -> str:
    later = (datetime.combine(date.min, end) + timedelta(hours=12)).time()
    if end == start:
        return str(_("It ends when it starts. Choose a later time, or tick “Ends the next day”."))
    if end.hour < 12 and later > start:
        return str(_("The end is before the start. Did you mean %(later)s, or the next day?", later=clock_words(later)))
    return str(_("The end is before the start. Did you mean the next day?"))


def fields_of(draft: NeedDraft, weekdays: tuple[int, ...]) -> dict[str, Any]:
    """A draft as the form shows it: for another posting, a draft that was kept, a cell of the schedule."""
    return {
        "line": draft.line,
        "site": draft.site_id,
        "headcount": draft.headcount,
        "first_day": draft.starts.date(),
        "starts_local": draft.starts.time(),
        "ends_local": draft.ends.time(),
        "next_day": draft.ends.date() > draft.starts.date(),
        "repeat": [str(weekday) for weekday in weekdays],
        "until": draft.until,
        "other_days": list(draft.other_days),
        # Whoever has not repeated anything yet has not chosen either.
        "leave_out_holidays": draft.leave_out_holidays or not draft.repeat,
        "mode": draft.mode,
        "rate": draft.bill_rate_cents,
        "required_credentials": draft.required_credentials,
        "preferred_credentials": draft.preferred_credentials,
        "patient_states": list(draft.patient_states),
        "languages": draft.languages,
        "ehr": draft.ehr,
        "min_education": draft.min_education,
        "min_years": draft.min_years or None,
        "duties": draft.duties,
        "notes": draft.notes,
    }


class ExtendForm(Form):
    """More shifts of a need: its pattern for longer, or single days."""

    until = Day(_l("New last day"), required=False)
    other_days = Days(_l("Other days"), description=_l("Single days with the same hours."))
