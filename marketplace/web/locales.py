"""Which of our two languages the reader reads, and names of things that Unicode knows in both."""

from babel import Locale
from flask_babel import get_locale


def reader_locale() -> str:
    """Spanish readers here are in the US: dollars stay dollars. Without a reader it is English."""
    return "es_US" if str(get_locale() or "en").startswith("es") else "en_US"


def language_name(code: str) -> str:
    """Spanish, in the reader's language."""
    name = str(Locale.parse(reader_locale()).languages.get(code, code))
    return name[:1].upper() + name[1:]


def country_name(code: str) -> str:
    """Mexico, in the reader's language."""
    return str(Locale.parse(reader_locale()).territories.get(code, code))
