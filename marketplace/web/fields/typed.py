# mypy: disallow-subclassing-any=False
"""The base of typed fields: each reads one line, or says in a sentence what it cannot take."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from marketplace.kernel import Invalid


def _plain(text: str) -> str:
    """The typed text, as far as a page can show it again."""
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and not "\ud800" <= c <= "\udfff"))


class Typed(StringField):
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
        """The text of a stored value in the input."""
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
