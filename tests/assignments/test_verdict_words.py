"""Whatever a rule or a score says has a template, so that a Spanish reader reads it in Spanish."""

import ast
import itertools
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from marketplace.assignments import verdict_sentences, verdict_words
from marketplace.assignments.verdict_words import read
from marketplace.db.session import session
from marketplace.matching.rules import explain
from marketplace.matching.scores import score
from marketplace.needs.models import FillMode
from tests.matching.markets import Market
from tests.matching.strategies import pairs

MATCHING = Path(__file__).resolve().parents[2] / "marketplace" / "matching"
SAYING = {"passes": [0], "warns": [0], "fails": [0], "Cover": [0], "Part": [3, 4]}
SOMETHING = ".+"


def said(coordinator, shift, context):
    """Every sentence and every detail about a pair."""
    for verdict in explain(coordinator, shift, context):
        yield verdict.sentence
    for part in score(coordinator, shift, context).parts:
        yield part.sentence
        yield part.detail


def unknown(sentences):
    """What no template knows."""
    return sorted({sentence for sentence in sentences if sentence and not read(sentence)})


def written(node):
    """What an expression can say, as patterns: one for each way through its conditions."""
    match node:
        case ast.Constant(value=str(text)):
            return [re.escape(text)]
        case ast.FormattedValue(value=value):
            return written(value)
        case ast.IfExp(body=body, orelse=orelse):
            return written(body) + written(orelse)
        case ast.JoinedStr(values=values):
            return ["".join(pieces) for pieces in itertools.product(*map(written, values))]
        case _:
            return [SOMETHING]


def without_template(source):
    """Sentences handed to passes, warns, fails, Cover or Part that fit no template, as patterns."""
    templates = verdict_sentences.RULES + verdict_sentences.PARTS
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    texts = [
        pattern
        for call in calls
        if isinstance(call.func, ast.Name)
        for place in SAYING.get(call.func.id, [])
        if place < len(call.args)
        for pattern in written(call.args[place])
    ]
    return [text for text in texts if text and not any(re.fullmatch(text, template) for template in templates)]


@pytest.mark.parametrize("seed", range(7))
def test_whatever_is_said_in_a_market_has_a_template(seed):
    market = Market(seed, people=16, shifts=16)
    everything = (
        sentence for person in market.people for shift in market.shifts for sentence in said(person, shift, market.context)
    )  # fmt: skip
    assert unknown(everything) == []


@settings(max_examples=300, deadline=None)
@given(pairs())
def test_whatever_is_said_about_a_pair_has_a_template(pair):
    assert unknown(said(*pair)) == []


@pytest.mark.parametrize("file", ["standing", "papers", "timing", "scores", "acceptance"])
def test_whatever_is_written_in_a_rule_has_a_template(file):
    assert without_template((MATCHING / f"{file}.py").read_text()) == []


def test_the_checks_find_a_sentence_without_a_template():
    assert unknown(["The moon is full.", "The shift is over.", "The shift is over. The moon is full."]) == [
        "The moon is full.",
        "The shift is over. The moon is full.",
    ]
    rule = """fails(f"{who} saw the {'full' if late else 'new'} moon.")\npasses("The shift is over.")"""
    assert len(without_template(rule)) == 2
    without = tuple(one for one in verdict_sentences.RULES if not one.startswith("Works in"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdict_sentences, "RULES", without)
        assert without_template((MATCHING / "standing.py").read_text()) == [r"Works\ in\ .+\."]


def test_sentences_in_a_row_are_told_apart_and_keep_what_stands_in_them():
    told = read("Maya cannot take this shift: License N-1.5 (IL) was rejected. No CMM is on file.")
    assert [(one.template, one.blanks) for one in told] == [
        ("%(name)s cannot take this shift:", {"name": "Maya"}),
        ("%(paper)s was rejected.", {"paper": "License N-1.5 (IL)"}),
        ("No %(credential)s is on file.", {"credential": "CMM"}),
    ]


@pytest.fixture
def told_in(app, world):
    """What a reader of a language reads."""

    def told(language, sentence):
        with app.test_request_context(headers={"Accept-Language": language}):
            return verdict_words.verdict_words(sentence)

    return told


@pytest.mark.parametrize(
    ("sentence", "english", "spanish"),
    [
        (
            "Does not work in dental-reception.",
            "Does not work in Dental Virtual Receptionist.",
            "No trabaja en Recepcionista dental virtual.",
        ),
        ("No CMM is on file.", "No Certified Medical Manager is on file.", "No consta: Gerente médico certificado."),
        ("Speaks English and Spanish.", "Speaks English and Spanish.", "Habla inglés y español."),
        ("Speaks Spanish and Italian.", "Speaks Spanish and Italian.", "Habla español e italiano."),
        (
            "Missing EHR experience: Epic (working, advanced is asked for) and Cerner.",
            "Missing EHR experience: Epic (working, advanced is asked for) and Cerner.",
            "Falta experiencia en historia clínica: Epic (intermedio; se pide avanzado) y Cerner.",
        ),
        (
            "License N-1 (IL) is valid until 2026-12-01, the shift ends 2026-12-02.",
            "License N-1 (IL) is valid until Dec 1, 2026, the shift ends Dec 2, 2026.",
            "Licencia N-1 (IL): vigente hasta el 1 dic 2026; el turno termina el 2 dic 2026.",
        ),
        (
            "Time off from Dec 1, 2026, 10:00 pm to Dec 3, 2026, 6:00 am (Manila).",
            "Time off from Dec 1, 2026, 10:00 pm to Dec 3, 2026, 6:00 am (Manila).",
            "Tiempo libre: 1 dic 2026, 10:00 p.m. a 3 dic 2026, 6:00 a.m. (Manila).",
        ),
        ("1 year of experience, knows Epic", "1 year of experience, knows Epic", "1 año de experiencia; conoce Epic"),
        # refusals that were kept, where an act was to be done for many
        (
            "Maya Torres already has a shift at this time.",
            "Maya Torres already has a shift at this time.",
            "Maya Torres ya tiene un turno a esa hora.",
        ),
        (
            "Nobody can be asked for a need that is on hold. It has to be open.",
            "Nobody can be asked for a need that is on hold. It has to be open.",
            "No se puede consultar a nadie para una solicitud en el estado «en pausa». Tiene que estar abierta.",
        ),
        ("This shift is over.", "This shift is over.", "Este turno ya terminó."),
        ("", "", ""),
        ("It was just enough.", "It was just enough.", "It was just enough."),
        ("The week of 2026-13-99 reaches 8:00 of 40:00 hours.",) * 3,
    ],
)
def test_a_sentence_reads_as_its_reader_reads(told_in, sentence, english, spanish):
    assert told_in("en", sentence) == english
    assert told_in("es", sentence).replace("\xa0", " ") == spanish


def left_in_english(page):
    """The longest fixed part of each template that still stands on a page."""
    templates = verdict_sentences.RULES + verdict_sentences.PARTS + verdict_sentences.DATA
    fixed = (max(verdict_words.BLANK.sub("\n", template).split("\n"), key=len).strip() for template in templates)
    return [words for words in fixed if len(words) > 10 and words in page.html]


@pytest.fixture
def maya_in_spanish(world, visitors):
    """Maya, who reads Spanish, with two shifts that are not for her and one that is."""
    world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 29), required_credentials=["CMM"])
    world.shift(mode=FillMode.FIRST_COME, day=date(2026, 11, 30), required_credentials=["CMM"], languages=["fr"])
    fits = world.shift(mode=FillMode.FIRST_COME, day=date(2026, 12, 1))
    world.maya.person.locale = "es"
    session.commit()
    return visitors("maya"), fits.id


def test_a_spanish_coordinator_reads_why_not_in_spanish(maya_in_spanish):
    visitor, _ = maya_in_spanish
    page = visitor.get("/offers/why-not")
    page.sees("No consta: Gerente médico certificado.", "Falta el idioma: francés.", "fuera de la disponibilidad")
    assert left_in_english(page) == []


def test_a_spanish_coordinator_reads_how_she_matches_and_every_rule_in_spanish(maya_in_spanish):
    visitor, shift_id = maya_in_spanish
    page = visitor.get(f"/shifts/{shift_id}")
    page.sees("Trabaja en Autorización previa.", "Hora de inicio: 7:00 a.m. en Los Angeles", "Nueva en este centro")
    page.sees("Capacitación HIPAA HI-20101: vigente hasta el 31 dic 2027")
    assert left_in_english(page) == []
    assert left_in_english(visitor.get("/offers")) == []


def test_the_search_for_english_finds_it(world, visitors):
    shift = world.shift(mode=FillMode.FIRST_COME)
    session.commit()
    assert len(left_in_english(visitors("maya").get(f"/shifts/{shift.id}"))) > 20
