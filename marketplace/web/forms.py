# mypy: disallow-subclassing-any=False
"""Forms that take what people type, and only that: each field says in a sentence what it cannot take.

    class NeedForm(Form):
        title = Words(_l("Title"), limit=120)
        notes = Notes(_l("Notes"), required=False)
        rate = Dollars(_l("Rate an hour"), least=1)         # data: cents
        heads = WholeNumber(_l("How many people"), 1, 50)
        on = Day(_l("Date"))

    form = NeedForm(obj=need)              # reads request.form on POST, `obj` on GET
    if form.validate_on_submit(): …        # else render the page again with status 422
    except Invalid as error: form.refuse(error)   # a refusal of the domain, put at its field or on top

Every field is required unless `required=False`; then its `data` is None (text fields: "") when left empty.
A form is fed by form posts alone, never by a JSON body.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import CombinedMultiDict
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, DateInput, EmailInput, ListWidget, TextArea, TimeInput

from marketplace.kernel.errors import Invalid
from marketplace.kernel.money import MOST_CENTS, dollars, parse_dollars
from marketplace.kernel.npi import is_valid_npi
from marketplace.kernel.patient_data import check_no_patient_data, weak_hints
from marketplace.kernel.phrases import Phrase
from marketplace.kernel.text import clean_text
from marketplace.kernel.typed import BIGGEST_KEY, BIGGEST_VERSION, digits
from marketplace.web.filters import zone_words

BIGGEST = 2**31 - 1  # what an integer column holds
LONGEST_NOTE = 4000
LONGEST_PASSWORD = 128

# Zones offered in the list. Any other IANA zone is taken too, and shown when it is the present one.
COMMON_ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam",
    "America/Detroit", "America/Indiana/Indianapolis", "America/Boise",
    "America/Toronto", "America/Mexico_City", "America/Bogota", "America/Lima", "America/Costa_Rica",
    "America/Guatemala", "America/Santo_Domingo", "America/Jamaica", "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires", "Europe/London", "Europe/Madrid", "Europe/Berlin", "Africa/Lagos",
    "Africa/Nairobi", "Africa/Johannesburg", "Africa/Cairo", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka",
    "Asia/Manila", "Asia/Singapore", "Australia/Sydney", "UTC",
)  # fmt: skip


class Form(FlaskForm):
    """The base of every form: CSRF token, form posts only, refusals of the domain shown like any other error."""

    form_errors: list[Any]

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was posted, also when it is nothing, so that what is missing is found. JSON is never read."""
            if formdata is not None and isinstance(formdata, Mapping):
                return formdata
            if request.method == "POST":
                return CombinedMultiDict((request.files, request.form))
            return None

    def refuse(self, error: Invalid | str, field: str | None = None) -> None:
        """Show a refusal at its field when the form has that field, else on top. Call it after `validate`."""
        name = field or getattr(error, "field", None)
        sentence = error.sentence if isinstance(error, Invalid) else str(error)
        if name in self._fields:
            self._fields[name].errors = [*self._fields[name].errors, sentence]
        else:
            self.form_errors = [*self.form_errors, sentence]

    @property
    def summary(self) -> list[tuple[str | None, str, str]]:
        """(id of the input or None, label, sentence) of everything that is wrong, in the order of the form."""
        found: list[tuple[str | None, str, str]] = [(None, "", str(sentence)) for sentence in self.form_errors]
        for field in self:
            found += [(field.id, str(field.label.text), str(sentence)) for sentence in field.errors]
        return found

    @property
    def posted_version(self) -> int | None:
        """The `version` that travelled in the form, for `check_version`; raises Invalid when it is damaged."""
        text = request.form.get("version", "")
        if not text:
            return None
        version = digits(text, BIGGEST_VERSION)
        if version is None:
            raise Invalid("This form is damaged. Open the page again and repeat.")
        return version


def _plain(text: str) -> str:
    """What was typed, as far as a page can show it again."""
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and not "\ud800" <= c <= "\udfff"))


class _Typed(StringField):
    """One typed line; a subclass says in `read` what it means, or raises Invalid or ValueError with a sentence."""

    empty: Any = None
    missing = _l("Fill this in.")
    longest = 200

    def __init__(self, label: Any = None, validators: Any = None, *, required: bool = True, **options: Any) -> None:
        super().__init__(label, validators or [], **options)
        self.required = required
        if required:
            self.flags.required = True
        else:
            self.flags.optional = True

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def shown(self, value: Any) -> str:
        """How a stored value stands in the input."""
        return str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        if not text.strip():
            self.data = self.empty
            if self.required:
                raise ValueError(self.missing)
            return
        try:
            if len(text) > 4 * self.longest + 100:  # nothing that long is worth reading
                raise Invalid("Write at most %(most)s characters.", most=f"{self.longest:,}")
            self.data = self.read(text)
        except Invalid as error:
            self.data = self.empty
            raise ValueError(error.sentence) from error
        except ValueError:
            self.data = self.empty
            raise

    def _value(self) -> str:
        if self.raw_data:
            return _plain(self.raw_data[0]) if isinstance(self.raw_data[0], str) else ""
        return "" if self.data is None else self.shown(self.data)


class Words(_Typed):
    """A line of text, cleaned; at most `limit` characters. With `guard` it may not identify a patient."""

    empty = ""

    def __init__(
        self, label: Any = None, validators: Any = None, *, limit: int = 200, guard: bool = False, **more: Any
    ) -> None:
        super().__init__(label, validators, **more)
        self.longest, self.guard = limit, guard
        self.flags.maxlength = limit

    def read(self, text: str) -> Any:
        cleaned = clean_text(text, self.longest, self.name)
        if self.guard:
            check_no_patient_data(cleaned, self.name)
        return cleaned


class _NotesArea(TextArea):
    """A text area and, when the text may identify a patient, the box to say that it does not."""

    def __call__(self, field: Any, **options: Any) -> Markup:
        area = super().__call__(field, **options)
        return Markup("{}{}").format(area, _CONFIRM.format(field.confirm_name, _SURE) if field.asks else "")


_CONFIRM = Markup('<label class="choice"><input type="checkbox" name="{}" value="yes"><span>{}</span></label>')
_SURE = _l("I have checked: nothing here identifies a patient.")


class Notes(Words):
    """Free text over several lines. What identifies a patient is refused; what only may is asked about."""

    widget = _NotesArea()

    def __init__(self, label: Any = None, validators: Any = None, *, limit: int = LONGEST_NOTE, **options: Any) -> None:
        super().__init__(label, validators, limit=limit, guard=True, **options)
        self.asks = False

    @property
    def confirm_name(self) -> str:
        return f"{self.name}-harmless"

    def read(self, text: str) -> str:
        cleaned = clean_text(text, self.longest, self.name, multiline=True)
        check_no_patient_data(cleaned, self.name)
        hints = sorted({finding.kind for finding in weak_hints(cleaned)})
        if hints:
            self.asks = True
            if request.form.get(self.confirm_name) != "yes":
                self.data = cleaned
                raise ValueError(
                    _l(
                        "This may identify a patient: it looks like %(what)s. Take it out, or tick the box below it.",
                        what=", ".join(str(Phrase(hint)) for hint in hints),
                    )
                )
        return cleaned


class Secret(PasswordField):
    """A password: taken exactly as typed, never shown again, at most 128 characters."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators or [], **options)
        self.flags.required = True

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        if not self.data:
            raise ValueError(_l("Type the password."))
        if len(self.data) > LONGEST_PASSWORD or "\x00" in self.data or self.data != _storable(self.data):
            self.data = ""
            raise ValueError(_l("A password has at most 128 characters, all of which can be typed."))


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


class Dollars(_Typed):
    """An amount in dollars; `data` is whole cents between `least` and `most` (cents)."""

    longest = 20

    def __init__(
        self, label: Any = None, validators: Any = None, *, least: int = 0, most: int = MOST_CENTS, **options: Any
    ) -> None:
        options.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label, validators, **options)
        self.least, self.most = least, min(most, MOST_CENTS)

    def read(self, text: str) -> int:
        cents = parse_dollars(text, self.name)
        if not self.least <= cents <= self.most:
            raise ValueError(
                _l("The amount must be from %(least)s to %(most)s.", least=dollars(self.least), most=dollars(self.most))
            )
        return cents

    def shown(self, value: Any) -> str:
        return f"{value // 100}.{value % 100:02d}"


class WholeNumber(_Typed):
    """A whole number in plain digits, from `least` to `most`."""

    longest = 12

    def __init__(
        self, label: Any = None, least: int = 0, most: int = BIGGEST, validators: Any = None, **options: Any
    ) -> None:
        options.setdefault("render_kw", {"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(label, validators, **options)
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        digits = text.strip()
        if not re.fullmatch(r"-?[0-9]{1,10}", digits) or not self.least <= int(digits) <= self.most:
            raise ValueError(
                _l("Write a whole number from %(least)s to %(most)s.", least=f"{self.least:,}", most=f"{self.most:,}")
            )
        return int(digits)


class Day(_Typed):
    """A day of the calendar, as the browser's date input sends it: 2026-11-24."""

    widget = DateInput()
    longest = 10

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        earliest: date = date(1950, 1, 1),
        latest: date = date(2100, 12, 31),
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.earliest, self.latest = earliest, latest

    def read(self, text: str) -> date:
        typed = text.strip()
        try:
            day = date.fromisoformat(typed) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed) else None
        except ValueError:
            day = None
        if day is None:
            raise ValueError(_l("This is not a date of the calendar. Write it like 2026-11-24."))
        if not self.earliest <= day <= self.latest:
            raise ValueError(
                _l(
                    "Choose a date from %(first)s to %(last)s.",
                    first=self.earliest.isoformat(),
                    last=self.latest.isoformat(),
                )
            )
        return day

    def shown(self, value: Any) -> str:
        return str(value.isoformat())


class ClockTime(_Typed):
    """A time on the wall clock, 24 hours: 07:30. Seconds, when a browser sends them, must be zero."""

    widget = TimeInput()
    longest = 8

    def read(self, text: str) -> time:
        match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::00(?:\.0{1,3})?)?", text.strip())
        if match is None:
            raise ValueError(_l("This is not a time of day. Write it like 07:30."))
        return time(int(match[1]), int(match[2]))

    def shown(self, value: Any) -> str:
        return f"{value:%H:%M}"


class EmailAddress(_Typed):
    """An e-mail address that can exist; spaces around it are taken off. Whether it works only a letter can tell."""

    widget = EmailInput()
    empty = ""
    longest = 254

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options.setdefault("render_kw", {"autocomplete": "email"})
        super().__init__(label, validators, **options)

    def read(self, text: str) -> str:
        return email_address(clean_text(text, self.longest, self.name), self.name)


def email_address(text: str, field: str | None = None) -> str:
    """The address in its normal form; raises Invalid when no mail could ever go there. Nothing is looked up."""
    try:
        found = validate_email(text, allow_smtputf8=False, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise Invalid("This is not an e-mail address. Write it like name@clinic.org.", field) from error
    if "." not in found.ascii_domain:
        raise Invalid("This is not an e-mail address. Write it like name@clinic.org.", field)
    return found.normalized


class NpiField(_Typed):
    """A National Provider Identifier with a right check digit."""

    empty = ""
    longest = 20

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options.setdefault("render_kw", {"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(label, validators, **options)

    def read(self, text: str) -> str:
        digits = text.strip()
        if not is_valid_npi(digits):
            raise ValueError(_l("This is not an NPI: ten digits, starting with 1 or 2, the last one a check digit."))
        return digits


Options = Sequence[tuple[Any, Any]] | Callable[[], Iterable[tuple[Any, Any]]]


def _key(text: Any) -> int | None:
    """A primary key as a form sends it; raises ValueError for other digits, signs and underscores."""
    if isinstance(text, int) or text == "":
        return text or None
    found = digits(str(text), BIGGEST_KEY)
    if found is None:
        raise ValueError(_l("Choose one of the list."))
    return found


class Choice(SelectField):
    """One of a list. `choices` are (value, label) pairs; with `keys=True` the values are primary keys (integers)."""

    def __init__(
        self,
        label: Any = None,
        choices: Options = (),
        validators: Any = None,
        *,
        required: bool = True,
        keys: bool = False,
        empty_label: Any = None,
        **options: Any,
    ) -> None:
        self.required, self.empty_label = required, empty_label
        given = choices if callable(choices) else (lambda: choices)
        super().__init__(
            label,
            validators or [],
            coerce=_key if keys else str,
            choices=lambda: [*self._nothing(), *given()],
            validate_choice=False,
            **options,
        )
        if required:
            self.flags.required = True
        else:
            self.flags.optional = True

    def _nothing(self) -> list[tuple[str, Any]]:
        if self.required and self.empty_label is None:
            return []
        return [("", self.empty_label if self.empty_label is not None else "–")]

    def process_data(self, value: Any) -> None:
        self.data = None if value is None else self.coerce(getattr(value, "value", value))

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        self.data = None
        if not text:
            if self.required:
                raise ValueError(_l("Choose one of the list."))
            return
        self.data = self.coerce(text)

    def pre_validate(self, form: Any) -> None:
        if self.data is None or self.process_errors:
            return
        if str(self.data) not in {str(value) for value, *_ in self.choices or ()}:
            self.data = None
            raise ValidationError(_l("Choose one of the list."))


class ZoneChoice(Choice):
    """An IANA time zone. The list shows the usual ones; any zone the time zone database knows is taken."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, self._zones, validators, **options)

    def _zones(self) -> list[tuple[str, str]]:
        present = [self.data] if self.data and self.data not in COMMON_ZONES and self.data in known_zones() else []
        return [(zone, zone_words(zone)) for zone in (*COMMON_ZONES, *present)]

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in known_zones():
            self.data = None
            raise ValidationError(_l("Choose one of the list."))


@cache
def known_zones() -> frozenset[str]:
    """Every zone that can really be used; leap-second and file-name oddities of the database are left out."""
    return frozenset(z for z in available_timezones() if "/" in z and not z.startswith(("right/", "posix/"))) | {
        str(ZoneInfo("UTC"))
    }


class Choices(SelectMultipleField):
    """Any of a list, as tick boxes; `data` is a list of the values in the order of the list."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(
        self,
        label: Any = None,
        choices: Options = (),
        validators: Any = None,
        *,
        required: bool = False,
        keys: bool = False,
        **options: Any,
    ) -> None:
        self.required = required
        given = choices if callable(choices) else (lambda: choices)
        super().__init__(
            label,
            validators or [],
            coerce=_key if keys else str,
            choices=lambda: list(given()),
            validate_choice=False,
            **options,
        )
        if not required:
            self.flags.optional = True

    def process_data(self, value: Any) -> None:
        self.data = [self.coerce(getattr(one, "value", one)) for one in value or ()]

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [self.coerce(text) for text in dict.fromkeys(valuelist[:1000])]
        if self.required and not self.data:
            raise ValueError(_l("Choose at least one."))

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            return
        offered = [value for value, *_ in self.choices or ()]
        strangers = {str(value) for value in self.data} - {str(value) for value in offered}
        if strangers:
            self.data = []
            raise ValidationError(_l("Choose from the list."))
        self.data = [self.coerce(value) for value in offered if str(value) in {str(one) for one in self.data}]


class Tick(BooleanField):
    """A box that is ticked or not. With `must` it has to be ticked, and the sentence says why."""

    def __init__(self, label: Any = None, validators: Any = None, *, must: Any = None, **options: Any) -> None:
        super().__init__(label, validators or [], **options)
        self.type = "BooleanField"  # templates draw a field by its type
        self.must = must

    def pre_validate(self, form: Any) -> None:
        if self.must is not None and not self.data:
            raise ValidationError(self.must)


class Hidden(HiddenField):
    """Something the page carries along. It comes back from a stranger: check it like anything typed."""

    def __init__(self, label: Any = None, validators: Any = None, *, limit: int = 2000, **options: Any) -> None:
        super().__init__(label, validators or [], **options)
        self.type = "HiddenField"
        self.limit = limit

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        self.data = text if len(text) <= self.limit and text.isprintable() else ""
