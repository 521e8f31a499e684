"""What rules and scores said in English, in the reader's language: names for codes, days as the reader writes them.

A sentence no template knows, as an old record may hold, is shown as it was written.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import NamedTuple

from babel import Locale
from babel.dates import format_time
from flask import g
from flask_babel import get_locale, gettext

from marketplace.assignments.verdict_sentences import DATA, LEVELS, PAPERS, PARTS, RULES
from marketplace.catalogue import queries as catalogue
from marketplace.coordinators.words import education_words
from marketplace.facilities.words import payer_word
from marketplace.matching.verdicts import Verdict
from marketplace.web.filters import short_date
from marketplace.web.locales import country_name

BLANK = re.compile(r"%\((\w+)\)s")
# An end of a sentence, or a colon: behind either of them another sentence may begin.
_END = re.compile(r"(?<=[.:]) |$")
_LEVEL = re.compile(r"(.+) \((\w+), (\w+) is asked for\)")
# Between things in a row, but not within "(working, advanced is asked for)".
_BETWEEN = re.compile(r", (?!\w+ is asked for\))| and ")
_A_DAY, _A_CLOCK = r"\w{3} \d+, \d{4}", r"\d+:\d\d [ap]m"
_TIME = re.compile(rf"({_A_DAY}), ({_A_CLOCK}) to (?:({_A_DAY}), )?({_A_CLOCK}) \((.+)\)")


class Told(NamedTuple):
    """A template, and what stood in its blanks."""

    template: str
    blanks: dict[str, str]


# ---- what was said -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=16_384)
def read(text: str) -> tuple[Told, ...]:
    """The templates of a text of one or several sentences, in its order; none when any of it is unknown."""
    for end in _END.finditer(text):
        head = _told(text[: end.start()], RULES + PARTS)
        if head is None:
            continue
        rest = text[end.end() :]
        tail = read(rest) if rest else ()
        if tail or not rest:
            return (head, *tail)
    return ()


def _told(text: str, templates: tuple[str, ...]) -> Told | None:
    for template, pattern in _patterns(templates):
        found = pattern.fullmatch(text)
        if found:
            return Told(template, found.groupdict())
    return None


@cache
def _patterns(templates: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    return [(template, re.compile("".join(_pieces(template)))) for template in templates]


def _pieces(template: str) -> Iterator[str]:
    """The text between the blanks as it stands, and each blank as its kind is known."""
    at = 0
    for blank in BLANK.finditer(template):
        yield re.escape(template[at : blank.start()])
        yield f"(?P<{blank[1]}>{_kind(blank[1]).looks})"
        at = blank.end()
    yield re.escape(template[at:])


# ---- how it reads ------------------------------------------------------------------------------------------------


def verdict_words(sentence: str) -> str:
    """A sentence of a rule, a sentence or detail of a score, or another one that was kept, in the reader's language."""
    told = read(sentence)
    try:
        return " ".join(_said(one) for one in told) if told else _as_it_stands(sentence)
    except ValueError:  # it looks like a day or a time and is none
        return sentence


def _as_it_stands(sentence: str) -> str:
    """A sentence without blanks may be in the catalogue."""
    return str(gettext(sentence)) if sentence else ""


def datum_words(verdict: Verdict) -> str:
    """The fact a verdict rests on, in the reader's language."""
    kind = _DATUM_KINDS.get(verdict.rule)
    told = None if kind else _told(verdict.datum, DATA)
    try:
        if kind:
            return _KINDS[kind].read(verdict.datum)
        return _said(told) if told else verdict.datum
    except ValueError:
        return verdict.datum


def _said(told: Told) -> str:
    return str(gettext(told.template, **{name: _kind(name).read(text) for name, text in told.blanks.items()}))


def _is_spanish() -> bool:
    return str(get_locale()).startswith("es")


def _names() -> catalogue.Names:
    """What the catalogue calls its codes, read once for a page."""
    if "catalogue_names" not in g:
        g.catalogue_names = catalogue.names(spanish=_is_spanish())
    found: catalogue.Names = g.catalogue_names
    return found


def _line(code: str) -> str:
    return _names().lines.get(code, code)


def _credential(code: str) -> str:
    return _names().credentials.get(code) or _paper(code)


def _paper(label: str) -> str:
    """License N-1 (IL); a credential called by its code gets its name: Certified Medical Manager CMM-7."""
    told = _told(label, PAPERS)
    if told:
        return _said(told)
    code, space, number = label.partition(" ")
    return f"{_names().credentials.get(code, code)}{space}{number}"


def _education(word: str) -> str:
    return next((words for known, words in education_words().items() if known == word), word)


@cache
def _language_codes() -> dict[str, str]:
    return {str(name): code for code, name in Locale("en").languages.items()}


def _language(name: str) -> str:
    """Rules say `Spanish`; a sentence in Spanish says `español`."""
    code = _language_codes().get(name, name)
    return str(Locale("es" if _is_spanish() else "en").languages.get(code, name))


def _day(text: str) -> str:
    return short_date(date.fromisoformat(text))


def _written_day(text: str) -> str:
    return short_date(datetime.strptime(text, "%b %d, %Y").date())  # noqa: DTZ007  (a day on a wall has no zone)


def _clock(text: str) -> str:
    at = datetime.strptime(text, "%I:%M %p").time()  # noqa: DTZ007
    return format_time(at, "h:mm a", locale="es_US" if _is_spanish() else "en_US").lower().replace("\u202f", " ")


def _time(text: str) -> str:
    """Dec 1, 2026, 10:00 pm to 6:00 am (Manila)"""
    found = _TIME.fullmatch(text)
    if found is None:
        return text
    day, start, last_day, end, place = found.groups()
    until = f"{_written_day(last_day)}, {_clock(end)}" if last_day else _clock(end)
    start = f"{_written_day(day)}, {_clock(start)}"
    return str(gettext("%(start)s to %(end)s (%(place)s)", start=start, end=until, place=place))


def _as_it_is(text: str) -> str:
    return text


def _row(named: Callable[[str], str]) -> Callable[[str], str]:
    """`a, b and c`, each by its name, some with the level that is there and the one that is asked for."""

    def one(text: str) -> str:
        level = _LEVEL.fullmatch(text)
        if level is None:
            return named(text)
        name, has, wanted = level.groups()
        has, wanted = (str(gettext(word)) if word in LEVELS else word for word in (has, wanted))
        return str(gettext("%(what)s (%(has)s, %(wanted)s is asked for)", what=named(name), has=has, wanted=wanted))

    def row(text: str) -> str:
        said = [one(each) for each in _BETWEEN.split(text)]
        return _joined(said) if " and " in text else ", ".join(said)

    return row


def _joined(words: Sequence[str]) -> str:
    """`a, b and c`; Spanish says `e` instead of `y` before the sound of i."""
    *before, last = words
    if not before:
        return last
    sounds_i = last.lower().removeprefix("h").startswith(("i", "í")) and not last.lower().startswith(("ie", "hie"))
    conjunction = "e" if _is_spanish() and sounds_i else gettext("and")
    return f"{', '.join(before)} {conjunction} {last}"


class _Kind(NamedTuple):
    """How what stands in a blank looks as matching writes it, and how it reads on a page."""

    looks: str
    read: Callable[[str], str]


_KINDS = {
    "line": _Kind(".+?", _line),
    "lines": _Kind(".+?", _row(_line)),
    "languages": _Kind(".+?", _row(_language)),
    "systems": _Kind(".+?", _row(_as_it_is)),
    "education": _Kind(".+?", _education),
    "payers": _Kind(".+?", _row(payer_word)),
    "country": _Kind("[^ ]+", country_name),
    "credential": _Kind(".+?", _credential),
    "credentials": _Kind(".+?", _row(_credential)),
    "paper": _Kind(".+?", _paper),
    "papers": _Kind(".+?", _row(_paper)),
    "state": _Kind("that is [a-z ]+", _as_it_stands),
    "states": _Kind("[^ ,]+(?:, [^ ,]+)*", _as_it_is),
    "day": _Kind(r"\d{4}-\d\d-\d\d", _day),
    "time": _Kind(rf"{_A_DAY}, {_A_CLOCK} to .+ \([^()]+\)", _time),
    "clock": _Kind(_A_CLOCK, _clock),
    "hours": _Kind(r"-?\d+:\d\d", _as_it_is),
    "length": _Kind(r"\d+ (?:h|min)(?: \d+ min)?", _as_it_is),
    "count": _Kind(r"-?\d+", _as_it_is),
    "number": _Kind(".*?", _as_it_is),
}
_DATUM_KINDS = {
    "service_line": "lines",
    "languages": "languages",
    "education": "education",
    "offshore": "country",
    "not_past": "time",
    "availability": "time",
    "time_off": "time",
    "required_credentials": "papers",
    "hipaa_training": "papers",
    "patient_state_licence": "papers",
    "coordinator_baa": "paper",
    "facility_contract": "paper",
    "facility_baa": "paper",
}
_ANYTHING = _Kind(".+?", _as_it_is)


def _kind(blank: str) -> _Kind:
    return _KINDS.get(blank.rpartition("_")[2], _ANYTHING)
