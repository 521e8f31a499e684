# mypy: disallow-subclassing-any=False
"""Fields for words: a line, notes without patients' data, a password, addresses and identifiers."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import PasswordField
from wtforms.widgets import EmailInput, TextArea

from marketplace.kernel import (
    LONGEST_PASSWORD,
    Phrase,
    check_no_patient_data,
    clean_text,
    email_address,
    is_valid_npi,
    weak_hints,
)
from marketplace.web.fields.typed import Typed

LONGEST_NOTE = 4000


class Words(Typed):
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


class EmailAddress(Typed):
    """An e-mail address that can exist; spaces around it are taken off. Whether it works only a letter can tell."""

    widget = EmailInput()
    empty = ""
    longest = 254

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options.setdefault("render_kw", {"autocomplete": "email"})
        super().__init__(label, validators, **options)

    def read(self, text: str) -> str:
        return email_address(clean_text(text, self.longest, self.name), self.name)


class NpiField(Typed):
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
