"""What the rules and the score say reads in the reader's language, with names for codes, and old records as they were written."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from marketplace.db import session
from marketplace.kernel import Coded, JoinedList, Length, LocalSpan, Phrase
from marketplace.matching.rules.credential_terms import credential_name, valid_until
from marketplace.matching.rules.hard_rules import explain
from marketplace.matching.rules.profile import missing_levels
from marketplace.matching.scoring import ScorePart, score
from marketplace.matching.verdicts import Verdict
from marketplace.needs.models import FillMode
from scripts.translations import catalogue
from tests.matching.strategies import pairs

MATCHING = Path(__file__).resolve().parents[2] / "marketplace" / "matching"
SPOKEN = re.compile(r'(?:Phrase|N_)\(\s*"([^"]+)"')
BLANK = re.compile(r"%\((\w+)\)s")


def templates(value):
    """Every text of the catalogue in a phrase and in what stands in its blanks."""
    match value:
        case Phrase():
            yield value.template
            for one in value.values.values():
                yield from templates(one)
        case JoinedList():
            for one in value.things:
                yield from templates(one)


def said(coordinator, shift, context):
    """Every phrase about a pair."""
    for verdict in explain(coordinator, shift, context):
        yield from (verdict.phrase, verdict.datum)
    for part in score(coordinator, shift, context).parts:
        yield from (part.phrase, part.detail)


@settings(max_examples=150, deadline=None)
@given(pairs())
def test_whatever_is_said_about_a_pair_stands_in_the_spanish_catalogue(pair):
    spanish = catalogue()
    texts = {text for phrase in said(*pair) for text in templates(phrase)} - {"%(each)s"}
    assert sorted(text for text in texts if not (spanish.get(text) and spanish.get(text).string)) == []


@pytest.fixture
def told_in(app, world):
    """What a reader of a language reads."""

    def told(language, phrase):
        with app.test_request_context(headers={"Accept-Language": language}):
            return str(phrase)

    return told


NIGHTS = LocalSpan(datetime(2026, 12, 1, 14, tzinfo=UTC), datetime(2026, 12, 2, 22, tzinfo=UTC), "Asia/Manila")
LICENCE = Phrase("License %(number)s (%(states)s)", number="N-1", states="IL")


@pytest.mark.parametrize(
    ("phrase", "english", "spanish"),
    [
        (
            Phrase("Does not work in %(line)s.", line=Coded("line", "dental-reception")),
            "Does not work in Dental Virtual Receptionist.",
            "No trabaja en Recepcionista dental virtual.",
        ),
        (
            Phrase("No %(credential)s is on file.", credential=credential_name("CMM")),
            "No Certified Medical Manager is on file.",
            "No consta: Gerente médico certificado.",
        ),
        (
            Phrase("Speaks %(languages)s.", languages=JoinedList([Coded("language", "es"), Coded("language", "it")])),
            "Speaks Spanish and Italian.",
            "Habla español e italiano.",
        ),
        (
            Phrase(
                "Missing EHR experience: %(systems)s.", systems=JoinedList(missing_levels({"Epic": 2}, {"Epic": 3, "Cerner": 1}))
            ),
            "Missing EHR experience: Cerner and Epic (working, advanced is asked for).",
            "Falta experiencia en historia clínica: Cerner y Epic (intermedio; se pide avanzado).",
        ),
        (
            valid_until(LICENCE, date(2026, 12, 1), date(2026, 12, 2)),
            "License N-1 (IL) is valid until Dec 1, 2026, the shift ends Dec 2, 2026.",
            "Licencia N-1 (IL): vigente hasta el 1 dic 2026; el turno termina el 2 dic 2026.",
        ),
        (
            Phrase("Time off from %(time)s.", time=NIGHTS),
            "Time off from Dec 1, 2026, 10:00 pm to Dec 3, 2026, 6:00 am (Manila).",
            "Tiempo libre: 1 dic 2026, 10:00 p.m. a 3 dic 2026, 6:00 a.m. (Manila).",
        ),
        (
            Phrase("The payer mix includes %(payers)s: work must be done inside the US, not in %(country)s.",
                   payers=JoinedList([Coded("payer", "medicaid")]), country=Coded("country", "MX")),
            "The payer mix includes Medicaid: work must be done inside the US, not in Mexico.",
            "Entre los pagadores está Medicaid: el trabajo debe hacerse dentro de EE. UU., no en México.",
        ),
        (Phrase("%(length)s worked here", length=Length(2520)), "42 h worked here", "42 h trabajadas aquí"),
    ],
)  # fmt: skip
def test_a_phrase_of_a_rule_reads_as_its_reader_reads(told_in, phrase, english, spanish):
    assert told_in("en", phrase) == english
    assert told_in("es", phrase).replace("\xa0", " ") == spanish
    kept = Phrase.from_record(phrase.as_record())
    assert kept == phrase


def test_an_old_verdict_reads_as_it_was_written(told_in):
    """Before phrases were kept, a record held an English sentence."""
    old = {
        "rule": "pay", "version": 1, "outcome": "warn", "sentence": "The shift is over. 100% of it.",
        "datum": "blocked", "datum_date": "2026-11-30",
    }  # fmt: skip
    verdict = Verdict.from_record(old)
    assert told_in("es", verdict.phrase) == told_in("en", verdict.phrase) == "The shift is over. 100% of it."
    assert (verdict.datum, verdict.datum_date) == ("blocked", date(2026, 11, 30))
    assert Verdict.from_record(verdict.as_record()) == verdict


def test_an_old_part_of_a_score_reads_as_it_was_written(told_in):
    old = {"code": "pay", "points": 3, "of": 9, "sentence": "Rated 4.35 of 5", "detail": "", "tone": "ok"}
    part = ScorePart.from_record(old)
    assert told_in("es", part.phrase) == "Rated 4.35 of 5"
    assert part.detail is None
    assert ScorePart.from_record(part.as_record()) == part


def left_in_english(page):
    """The longest fixed part of each template that still stands on a page."""
    rules = {
        text
        for file in (
            *MATCHING.glob("*.py"),
            *MATCHING.glob("rules/*.py"),
        )
        for text in SPOKEN.findall(file.read_text())
    }
    fixed = (max(BLANK.sub("\n", template).split("\n"), key=len).strip() for template in rules)
    return [words for words in fixed if len(words) > 10 and words in page.html]


@pytest.fixture
def maya_in_spanish(world, visitors):
    """Maya, who reads Spanish, with two shifts closed to them and one that is open."""
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


def test_a_spanish_coordinator_reads_the_match_and_every_rule_in_spanish(maya_in_spanish):
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


def test_both_sides_read_the_name_of_a_credential_not_its_code(world, visitors):
    shift = world.shift(mode=FillMode.FIRST_COME, required_credentials=["CMM"])
    session.commit()
    for who in ("tom", "maya"):
        page = visitors(who).get(f"/shifts/{shift.id}")
        page.sees("Must have", "Certified Medical Manager")
        assert "<dd>CMM</dd>" not in page.html
