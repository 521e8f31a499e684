# mypy: disallow-subclassing-any=False
"""Fields that offer something: one or several of a list, a time zone, a box to tick; and what a page carries along."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.kernel import BIGGEST_KEY, digits
from marketplace.web.filters import zone_words

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
