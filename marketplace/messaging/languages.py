"""The languages people are written to in, without a page around them. The one place that loads the catalogue for that."""

from functools import cache

from babel.support import NullTranslations, Translations

from marketplace.config import ROOT
from marketplace.kernel import Language


def language_of(locale: str) -> Language:
    """The language of a person's locale ("en", "es"). Spanish readers here are in the US: dollars stay dollars."""
    return Language("es_US" if locale == "es" else "en_US", catalogue(locale).gettext)


@cache
def catalogue(locale: str) -> NullTranslations:
    """Every text of the product in that language; for one without a catalogue, the English it is written in."""
    return Translations.load(ROOT / "marketplace" / "translations", [locale])
