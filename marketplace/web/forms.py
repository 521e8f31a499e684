# mypy: disallow-subclassing-any=False
"""Forms that take what people type, and only that: each field says in a sentence what it cannot take.

    class NeedForm(Form):
        title = Words(_l("Title"), limit=120)
        notes = Notes(_l("Notes"), required=False)
        rate = DollarAmount(_l("Hourly rate"), least=1)         # data: cents
        heads = WholeNumber(_l("How many people"), 1, 50)
        on = Day(_l("Date"))

    form = NeedForm(obj=need)              # reads request.form on POST, `obj` on GET
    if form.validate_on_submit(): …        # else render the page again with status 422
    except Invalid as error: form.refuse(error)   # a refusal of the domain, put at its field or on top

Every field is required unless `required=False`; then its `data` is None (text fields: "") when left empty.
A form is fed by form posts alone, never by a JSON body.
"""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict

from marketplace.kernel import BIGGEST_VERSION, Invalid, digits
from marketplace.web.fields.choices import COMMON_ZONES, Choice, Choices, Hidden, Options, Tick, ZoneChoice, known_zones
from marketplace.web.fields.numbers import BIGGEST, DollarAmount, WholeNumber
from marketplace.web.fields.text import LONGEST_NOTE, EmailAddress, Notes, NpiField, Secret, Words
from marketplace.web.fields.time import ClockTime, Day

__all__ = [
    "BIGGEST",
    "COMMON_ZONES",
    "LONGEST_NOTE",
    "Choice",
    "Choices",
    "ClockTime",
    "Day",
    "DollarAmount",
    "EmailAddress",
    "Form",
    "Hidden",
    "Notes",
    "NpiField",
    "Options",
    "Secret",
    "Tick",
    "WholeNumber",
    "Words",
    "ZoneChoice",
    "known_zones",
]


class Form(FlaskForm):
    """The base of every form: CSRF token, form posts only, refusals of the domain shown like any other error."""

    form_errors: list[Any]

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """The posted values, also when there are none, so that a missing field is found. JSON is never read."""
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
